import type { Nanos } from '../../protocol/core/units.ts';

/** What a socket received. */
export interface Datagram {
  /** The payload; the receiver's to keep. */
  readonly data: Uint8Array;
  /** Address of the sender: a number that names host, NIC and port. `sim.nameOf(from)` for people. */
  readonly from: number;
  readonly receivedNs: Nanos;
}

/** Why a datagram that reached its host got no further. The numbers are part of the trace hash. */
export const SocketDrop = {
  /** No socket is bound to the port. */
  NO_SOCKET: 0,
  /** The program does not receive fast enough: the socket's buffer is full. */
  BUFFER_FULL: 1,
  /** The host is down, or was restarted after the datagram had been sent. */
  HOST_DOWN: 2,
} as const;
export type SocketDrop = (typeof SocketDrop)[keyof typeof SocketDrop];
