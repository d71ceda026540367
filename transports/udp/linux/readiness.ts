import { createSocket } from 'node:dgram';
import type { Ffi, ReadWatch } from '../../native/ffi.ts';
import { fromKernel } from '../address.ts';
import type { DatagramHandler } from './datagram-reader.ts';
import type { NativeSocket } from './socket.ts';

/** Whether the event loop can tell of errors, too. */
export const watchesErrors = (ffi: Ffi): boolean => ffi.watch !== undefined;

/**
 * Calls `onReadable` when there is something to read. Where the interface to C cannot ask the event loop, node:dgram is given the same
 * descriptor: it reads one datagram itself, whose marks are not seen and which may be several that the kernel joined, and by that we
 * know that there may be more. REQ NIC-4
 */
export function watchSocket(
  ffi: Ffi,
  socket: NativeSocket,
  onReadable: () => void,
  handler: DatagramHandler,
): ReadWatch & { ownsDescriptor: boolean } {
  if (ffi.watch !== undefined) {
    return { ...ffi.watch(socket.descriptor, onReadable), ownsDescriptor: false };
  }
  const wrapper = createSocket(socket.isIpv6 ? 'udp6' : 'udp4');
  wrapper.on('message', (bytes, { address, port }) => {
    handler(fromKernel(address, port), bytes, false, bytes.length);
    onReadable();
  });
  // An error of a datagram that was sent; there is nothing to do about it.
  wrapper.on('error', onReadable);
  wrapper.bind({ fd: socket.descriptor });
  return {
    ownsDescriptor: true,
    setKeepAlive: (keepAlive) => void (keepAlive ? wrapper.ref() : wrapper.unref()),
    close: () => wrapper.close(),
  };
}
