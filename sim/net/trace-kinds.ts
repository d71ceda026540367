/**
 * What the network writes into the trace. `where` is a location (NIC or switch port, `Fabric.locations`); a line's
 * is that of the port it leaves. Packets are named by their `id`. The numbers are part of the trace hash.
 */
export const NetKind = {
  /** A host handed a packet to its NIC: id, destination address, wireBytes × 8 + priority, content hash. */
  SENT: 16,
  /** It had to wait at a switch port: id, bytes waiting there with it, priority, 1 if marked CE here. */
  ENQUEUED: 17,
  /** It ended: id, DropReason, wireBytes, bytes waiting at the port (BUFFER_FULL, PORT_FULL) or 0. */
  DROPPED: 18,
  /** The host has it: id, source address, wireBytes × 8 + priority, ECN bits. */
  DELIVERED: 19,
  /** A copy was made: id, id of the copy, 0, 0. */
  DUPLICATED: 20,
  /** Bits were flipped: id, number of bits, 0, content hash afterwards. */
  CORRUPTED: 21,
  /** It was held back: id, extra ns, 0, 0. */
  DELAYED: 22,
  /** A monitor marked it congestion-experienced: id, 0, 0, 0. */
  MARKED: 23,
  /** A fault began on this line: index in the timeline, FaultKind, its parameter (FaultEffect) or 0, 0. */
  FAULT_ON: 24,
  /** It ended: index in the timeline, FaultKind, its parameter or 0, 0. */
  FAULT_OFF: 25,
  /** Its ECN bits were cleared: id, the bits before, 0, 0. */
  BLEACHED: 26,
  /** An ICMP message about a packet was sent: id of the packet, of the message, UnreachableCode, content hash. */
  UNREACHABLE: 27,
  /** A host has an ICMP message: id, the address it is about, UnreachableCode, 0. */
  TOLD_UNREACHABLE: 28,
} as const;
export type NetKind = (typeof NetKind)[keyof typeof NetKind];
