import { DEFAULT_OPTIONS, type EndpointOptions, type PeerId } from '../../protocol/index.ts';
import { RecordFile, TransportError, type TransportEvent } from '../../transports/index.ts';
import {
  createUdpPool,
  formatAddress,
  isIpv6,
  resolvePeer,
  type UdpPool,
} from '../../transports/udp/index.ts';
import { CommandError, systemReason } from '../command-error.ts';
import { complain } from '../terminal.ts';
import type { ChosenSecret } from './secret.ts';

/** Largest body of a message: what a file of `call` and a request of `serve` may have. */
export const BODY_BYTES_MAX: number = 2 ** 31;

export interface Connection {
  pool: UdpPool;
  peer: PeerId;
  /** Whether the peer ever answered with the right secret. */
  hasAnswered(): boolean;
}

export interface PoolRequest {
  chosen: ChosenSecret;
  mtuBytes: number;
  onEvent: (event: TransportEvent) => void;
  peerTimeoutNs?: number;
  /** Where all that is done to its endpoint is written down. */
  record?: string | undefined;
}

/** A pool bound to `bind`. Throws CommandError. */
export async function openPool(bind: string, request: PoolRequest): Promise<UdpPool> {
  const { chosen, mtuBytes, peerTimeoutNs, onEvent } = request;
  const endpoint: Partial<EndpointOptions> = {
    mtuBytes,
    messageBytesMax: BODY_BYTES_MAX + DEFAULT_OPTIONS.headerBytesMax,
    ...(peerTimeoutNs === undefined ? {} : { peerTimeoutNs }),
  };
  const file = request.record === undefined ? undefined : recordFile(request.record);
  const record = file && { record: file.write };
  const pool = await explained(() =>
    createUdpPool({ bind, secret: chosen.secret, endpoint, onEvent, ...record }),
  );
  if (file === undefined) return pool;
  const close = async (): Promise<void> => {
    await pool.close();
    file.close();
    if (file.failure !== undefined) complain(`dcquic: the record is cut: ${systemReason(file.failure)}`);
  };
  return { ...pool, close };
}

/** A pool that knows one server. Throws CommandError. */
export async function connectTo(peerText: string, request: PoolRequest): Promise<Connection> {
  const address = await explained(() => resolvePeer(peerText));
  const pool = await openPool(isIpv6(address) ? '[::]:0' : '0.0.0.0:0', request);
  const peer = await pool.connect(formatAddress(address));
  return { pool, peer, hasAnswered: () => authenticPackets(pool) > 0 };
}

function recordFile(path: string): RecordFile {
  try {
    return new RecordFile(path);
  } catch (error) {
    throw new CommandError(`cannot write the record to ${path}: ${systemReason(error)}`, 1, { cause: error });
  }
}

async function explained<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new CommandError(remedied(error), 1, { cause: error });
  }
}

function remedied({ message, cause }: TransportError): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'EADDRINUSE') return `${message}; another program has this port: choose another, or 0 for any`;
  if (code === 'EADDRNOTAVAIL') return `${message}; this machine has no such address: see \`ip addr\``;
  if (code === 'EACCES') return `${message}; ports below 1024 need privileges: choose another`;
  return message;
}

/** Packets from somebody who has the secret. */
function authenticPackets(pool: UdpPool): number {
  const { packetsIn, ...refused } = pool.stats().endpoint;
  return (
    packetsIn -
    refused.refusedMalformed -
    refused.refusedUnknown -
    refused.refusedForged -
    refused.refusedReplay -
    refused.refusedMisaddressed
  );
}
