/**
 * What the hops of a packet read of it: 64 bytes, so that it is one line of the processor's cache and not an object that
 * points to others, as it does to each number that is no small integer. `PacketPool.times` and `PacketPool.words` are two views of the same memory.
 */

/** Fields in `PacketPool.times`, at 8 × index. */
export const PacketTime = {
  /** When it arrives at the end of the line it is on. */
  ARRIVAL_NS: 0,
  /** Bytes given to that line so far, when this packet had been given. */
  LINE_END: 1,
  ID: 4,
  SOURCE: 5,
  DESTINATION: 6,
  SENT_NS: 7,
} as const;

/** Fields in `PacketPool.words`, at 16 × index. */
export const PacketWord = {
  /** Index of the packet behind it in its list, if there is one. */
  NEXT: 4,
  WIRE_BYTES: 5,
  NIC_NUMBER: 6,
  /** priority + 8 × ecn */
  CLASS: 7,
} as const;
