import type { Bytes } from '../core/units.ts';
import type { NicShare } from '../transfer/nic-share.ts';

/** What a driver knows besides datagrams and the time. REQ HEALTH-11 */
export type Signal =
  /**
   * The network says that a datagram of this endpoint could not be delivered; `quoted`: its first bytes, 19 at least to be of use.
   * Whoever wants to can forge that, so nothing ends because of it.
   */
  | { type: 'unreachable'; quoted: Uint8Array }
  /** Messages being received may take so many bytes from now on, and never more than `receiveBytesMax`. */
  | { type: 'receive-room'; bytes: Bytes }
  /** A read that `Endpoint.reads` gave has ended: what it brought begins at `at` of `bytes`; without them it failed. REQ EFA-4, EFA-7 */
  | { type: 'read'; read: number; bytes: Uint8Array | undefined; at: number }
  /** This worker sends by a NIC that it has in common with others from now on; undefined: by one of its own, or it sends no more. */
  | { type: 'nic'; share: NicShare | undefined };
