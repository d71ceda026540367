import { createSocket, type Socket } from 'node:dgram';
import type { Bytes } from '../../protocol/core/units.ts';
import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import { addressOf } from './address.ts';
import { UdpPort } from './port.ts';
import { enlargeSocketBuffers, type SocketBufferSizes } from './socket-buffers.ts';

export interface UdpBindOptions {
  /** A numeric IPv4 or IPv6 address; `*`, the default, means every address of both families. */
  address?: string;
  /** 0, the default: the system chooses. */
  port?: number;
  /** Sizes to ask the kernel for; defaults 4 MiB and 4 MiB. */
  receiveBufferBytes?: Bytes;
  sendBufferBytes?: Bytes;
  onEvent?: TransportEventSubscriber;
}

const BUFFER_BYTES: Bytes = 4 * 1024 * 1024;

/** The address is numeric by the time it gets here; node:dgram would otherwise ask the resolver per datagram. */
const noLookup = (
  host: string,
  family: unknown,
  callback: (error: null, address: string, family: number) => void,
): void => callback(null, host, typeof family === 'number' ? family : 4);

async function bindOne(host: string, port: number): Promise<Socket> {
  const isV6 = host.includes(':');
  const socket = createSocket({ type: isV6 ? 'udp6' : 'udp4', ipv6Only: isV6, lookup: noLookup as never });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function bindFailed(address: string, port: number, cause: unknown): TransportError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError('BIND_FAILED', `cannot bind UDP ${address} port ${port}: ${reason}`, { cause });
}

/** Both families on one port. The second one is welcome but not needed. */
async function bindAny(port: number, onEvent: TransportEventSubscriber): Promise<Socket[]> {
  const sockets: Socket[] = [];
  let firstError: unknown;
  for (const [family, host] of [
    ['IPv4', '0.0.0.0'],
    ['IPv6', '::'],
  ] as const) {
    try {
      sockets.push(await bindOne(host, sockets[0]?.address().port ?? port));
    } catch (error) {
      firstError ??= error;
      onEvent({ type: 'family-unavailable', family, cause: error as Error });
    }
  }
  if (sockets.length === 0) throw bindFailed('*', port, firstError);
  return sockets;
}

/**
 * Binds UDP sockets of node:dgram with large buffers. Rejects with TransportError BIND_FAILED or BAD_ADDRESS; small
 * buffers or a missing address family are events. REQ TRN-2, TRN-3, UDP-1, UDP-6, OPS-5
 */
export async function bindUdp(options: UdpBindOptions = {}): Promise<UdpPort> {
  const { address = '*', port = 0, onEvent = () => {} } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TransportError('BAD_ADDRESS', `port ${port} is not in 0 … 65535`);
  }
  let sockets: Socket[];
  if (address === '*') {
    sockets = await bindAny(port, onEvent);
  } else {
    if (addressOf(address, port) === undefined) {
      throw new TransportError('BAD_ADDRESS', `${address} is neither an IPv4 nor an IPv6 address`);
    }
    try {
      sockets = [await bindOne(address, port)];
    } catch (error) {
      throw bindFailed(address, port, error);
    }
  }
  const requested: SocketBufferSizes = {
    receiveBytes: options.receiveBufferBytes ?? BUFFER_BYTES,
    sendBytes: options.sendBufferBytes ?? BUFFER_BYTES,
  };
  const granted = sockets.map((socket) => enlargeSocketBuffers(socket, requested, onEvent));
  return new UdpPort(
    sockets,
    {
      // An endpoint budgets for one buffer: the smallest is what it may count on.
      receiveBytes: Math.min(...granted.map((sizes) => sizes.receiveBytes)),
      sendBytes: Math.min(...granted.map((sizes) => sizes.sendBytes)),
    },
    onEvent,
  );
}
