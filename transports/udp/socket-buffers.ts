import type { Bytes } from '../../protocol/core/units.ts';
import type { TransportEventSubscriber } from '../events.ts';

const SMALLEST_BYTES: Bytes = 64 * 1024;
/** Linux: headers and shared info in the data allocation, and the sk_buff itself. */
const SKB_DATA_OVERHEAD_BYTES: Bytes = 364;
const SKB_STRUCT_BYTES: Bytes = 256;
/** The rest is for control packets, which cost more than their length. */
const DATA_SHARE = 0.9;

export interface SocketBufferSizes {
  receiveBytes: Bytes;
  sendBytes: Bytes;
}

/** What has buffers: a socket of node:dgram, or one of ours. */
export interface BufferedSocket {
  /** Throws if it is too much. */
  setRecvBufferSize(bytes: Bytes): void;
  setSendBufferSize(bytes: Bytes): void;
  getRecvBufferSize(): Bytes;
  getSendBufferSize(): Bytes;
}

/**
 * Asks for socket buffers of these sizes and takes what it gets; a smaller one is an event. Linux grants silently at
 * most net.core.rmem_max and wmem_max (and reports twice what it granted, which is what it accounts with); macOS
 * refuses too large a size, hence the halving. REQ UDP-2, OPS-5
 */
export function enlargeSocketBuffers(
  socket: BufferedSocket,
  requested: SocketBufferSizes,
  onEvent: TransportEventSubscriber,
): SocketBufferSizes {
  const enlarge = (
    direction: 'receive' | 'send',
    requestedBytes: Bytes,
    set: (bytes: Bytes) => void,
    get: () => Bytes,
  ): Bytes => {
    for (
      let bytes = requestedBytes;
      bytes >= SMALLEST_BYTES && bytes > get();
      bytes = Math.floor(bytes / 2)
    ) {
      try {
        set(bytes);
        break;
      } catch {
        // Half of it, then.
      }
    }
    const grantedBytes = get();
    if (grantedBytes < requestedBytes) {
      const sysctl = direction === 'receive' ? 'net.core.rmem_max' : 'net.core.wmem_max';
      const remedy = `raise ${sysctl} (Linux) or kern.ipc.maxsockbuf (macOS) to ${requestedBytes}`;
      onEvent({ type: 'socket-buffer-small', direction, requestedBytes, grantedBytes, remedy });
    }
    return grantedBytes;
  };
  return {
    receiveBytes: enlarge(
      'receive',
      requested.receiveBytes,
      (bytes) => socket.setRecvBufferSize(bytes),
      () => socket.getRecvBufferSize(),
    ),
    sendBytes: enlarge(
      'send',
      requested.sendBytes,
      (bytes) => socket.setSendBufferSize(bytes),
      () => socket.getSendBufferSize(),
    ),
  };
}

/**
 * How many payload bytes, in datagrams of `datagramBytes`, fit a receive buffer. The kernel charges the memory a
 * datagram occupies: a power of two plus bookkeeping, 2304 bytes for 1472, so that about 0.6 of the buffer is usable
 * at an Ethernet MTU. `node dist/bench/dgram.js` prints the measured figure.
 */
export function usableReceiveBytes(bufferBytes: Bytes, datagramBytes: Bytes): Bytes {
  const dataBytes = 2 ** Math.ceil(Math.log2(datagramBytes + SKB_DATA_OVERHEAD_BYTES));
  const datagrams = Math.floor(bufferBytes / (dataBytes + SKB_STRUCT_BYTES));
  return Math.floor(datagrams * datagramBytes * DATA_SHARE);
}
