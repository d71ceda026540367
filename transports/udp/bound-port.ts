import type { Address } from '../../protocol/core/address.ts';
import type { DatagramPort } from '../inline/port.ts';
import type { Ffi } from '../native/ffi.ts';
import type { UdpFeature } from './linux/features.ts';
import type { SocketBufferSizes } from './socket-buffers.ts';

/** Bound UDP sockets, whichever kind they are. REQ UDP-8 */
export interface BoundPort extends DatagramPort {
  /** Where peers reach it; the IPv4 address first. */
  readonly addresses: Address[];
  /** What the kernel granted; the smallest one if there are several sockets. */
  readonly buffers: SocketBufferSizes;
  /** Delivers what is there now; whether there was something. Of node:dgram: nothing, as only the event loop can ask it. */
  poll(): boolean;
  /** UDP flows over which runs to a peer may be spread. */
  readonly paths: number;
  /** By which C is called, if it is. */
  readonly ffi: Ffi | undefined;
  /** What of the fast path is in use. */
  readonly features: UdpFeature[];
  /** Datagrams dropped unseen because their source cannot be answered. */
  readonly datagramsUnanswerable: number;
}
