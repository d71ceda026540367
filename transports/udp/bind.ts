import { createSocket, type Socket } from 'node:dgram';
import type { Address } from '../../protocol/core/address.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import type { FfiName } from '../native/ffi.ts';
import { addressOf, fromKernel, portOf } from './address.ts';
import type { BoundPort } from './bound-port.ts';
import type { UdpFeature } from './linux/features.ts';
import { openLinux } from './linux/open.ts';
import { UdpPort } from './port.ts';
import { enlargeSocketBuffers, type BufferedSocket, type SocketBufferSizes } from './socket-buffers.ts';

export interface UdpBindOptions {
  /** A numeric IPv4 or IPv6 address; `*`, the default, means every address of both families. */
  address?: string;
  /** 0, the default: the system chooses. */
  port?: number;
  /** Sizes to ask the kernel for; defaults 4 MiB and 4 MiB. */
  receiveBufferBytes?: Bytes;
  sendBufferBytes?: Bytes;
  /** Sockets of each family, so that runs to one peer take as many flows through the network; default 1. Native sockets only. REQ NIC-10 */
  ports?: number;
  /** Name of the network interface that all packets use. Native sockets only. */
  device?: string;
  /** What is not used although it may work here; `native` alone means: sockets of node:dgram. */
  without?: readonly UdpFeature[];
  /** Which libraries may call C; by default whatever works. */
  ffi?: readonly FfiName[];
  onEvent?: TransportEventSubscriber;
}

const BUFFER_BYTES: Bytes = 4 * 1024 * 1024;

/** Opens the sockets of one kind. */
export interface SocketKind<S> {
  /** Rejects with what the system says. */
  open(host: string, port: number): Promise<S>;
  addressOf(socket: S): Address;
  buffered(socket: S): BufferedSocket;
  /** One port of what was opened. */
  join(sockets: readonly S[], buffers: SocketBufferSizes): BoundPort;
}

/** The address is numeric by the time it gets here; node:dgram would otherwise ask the resolver per datagram. */
const noLookup = (
  host: string,
  family: unknown,
  callback: (error: null, address: string, family: number) => void,
): void => callback(null, host, typeof family === 'number' ? family : 4);

const portable = (onEvent: TransportEventSubscriber): SocketKind<Socket> => ({
  open(host, port) {
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
  },
  addressOf(socket) {
    const { address, port } = socket.address();
    return fromKernel(address, port);
  },
  buffered: (socket) => socket,
  join: (sockets, buffers) => new UdpPort(sockets, buffers, onEvent),
});

function bindFailed(address: string, port: number, cause: unknown): TransportError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError('BIND_FAILED', `cannot bind UDP ${address} port ${port}: ${reason}`, { cause });
}

/** Both families on one port. The second one is welcome but not needed. */
async function bindAny<S>(
  kind: SocketKind<S>,
  port: number,
  onEvent: TransportEventSubscriber,
): Promise<{ host: string; socket: S }[]> {
  const bound: { host: string; socket: S }[] = [];
  let firstError: unknown;
  for (const [family, host] of [
    ['IPv4', '0.0.0.0'],
    ['IPv6', '::'],
  ] as const) {
    try {
      const first = bound[0];
      const same = first === undefined ? port : portOf(kind.addressOf(first.socket));
      bound.push({ host, socket: await kind.open(host, same) });
    } catch (error) {
      firstError ??= error;
      onEvent({ type: 'family-unavailable', family, cause: error as Error });
    }
  }
  if (bound.length === 0) throw bindFailed('*', port, firstError);
  return bound;
}

async function bindSockets<S>(kind: SocketKind<S>, options: UdpBindOptions): Promise<BoundPort> {
  const { address = '*', port = 0, ports = 1, onEvent = () => {} } = options;
  let bound: { host: string; socket: S }[];
  if (address === '*') {
    bound = await bindAny(kind, port, onEvent);
  } else {
    try {
      bound = [{ host: address, socket: await kind.open(address, port) }];
    } catch (error) {
      throw bindFailed(address, port, error);
    }
  }
  const more: S[] = [];
  for (const { host } of bound) {
    for (let i = 1; i < ports; i += 1) more.push(await kind.open(host, 0));
  }
  const requested: SocketBufferSizes = {
    receiveBytes: options.receiveBufferBytes ?? BUFFER_BYTES,
    sendBytes: options.sendBufferBytes ?? BUFFER_BYTES,
  };
  const granted = bound.map(({ socket }) => enlargeSocketBuffers(kind.buffered(socket), requested, onEvent));
  // Those that only send: what is not granted was told above.
  for (const socket of more) enlargeSocketBuffers(kind.buffered(socket), requested, () => {});
  return kind.join([...bound.map(({ socket }) => socket), ...more], {
    // An endpoint budgets for one buffer: the smallest is what it may count on.
    receiveBytes: Math.min(...granted.map((sizes) => sizes.receiveBytes)),
    sendBytes: Math.min(...granted.map((sizes) => sizes.sendBytes)),
  });
}

/**
 * Binds UDP sockets with large buffers: those of the kernel if C can be called here, else those of node:dgram. Rejects with
 * TransportError BIND_FAILED or BAD_ADDRESS; small buffers, a missing address family, or a slower way are events.
 * REQ TRN-2, TRN-3, UDP-1, UDP-2, UDP-6, OPS-5
 */
export async function bindUdp(options: UdpBindOptions = {}): Promise<BoundPort> {
  const { address = '*', port = 0, onEvent = () => {} } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TransportError('BAD_ADDRESS', `port ${port} is not in 0 … 65535`);
  }
  if (address !== '*' && addressOf(address, port) === undefined) {
    throw new TransportError('BAD_ADDRESS', `${address} is neither an IPv4 nor an IPv6 address`);
  }
  const native = openLinux(options, onEvent);
  if (native !== undefined) return bindSockets(native, options);
  if (options.device !== undefined) {
    throw new TransportError(
      'BIND_FAILED',
      `cannot bind to device ${options.device}: that needs native sockets`,
    );
  }
  return bindSockets(portable(onEvent), { ...options, ports: 1 });
}
