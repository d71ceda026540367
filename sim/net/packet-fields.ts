/**
 * What the hops of a packet read of it: 64 bytes, so that it is one line of the processor's cache and not an object that
 * points to others, as it does to each number that is no small integer. `PacketPool.times` and `PacketPool.words` are two views of the same memory.
 * In networks of hundreds of hosts thousands of packets are under way, and every line of each is out of the cache when its turn comes.
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
  /** When the packet behind it on the line arrives, if there is one. */
  NEXT_ARRIVAL_NS: 7,
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

/** Bytes of a datagram that goes on by reference, at most, that stand at the beginning of its head; a longer beginning is kept with whole datagrams. */
export const HEAD_BYTES_MAX = 32;

/** What its hosts read besides, 64 bytes as well. Fields in `PacketPool.headNumbers`, at 8 × index. */
export const HeadNumber = {
  SENT_NS: 4,
  /** Where in what is shared the datagram's part of it begins. */
  SHARED_START: 6,
} as const;

/** The same memory: fields in `PacketPool.headWords`, at 16 × index. */
export const HeadWord = {
  LENGTH_BYTES: 10,
  /** Where in the datagram what is shared begins. */
  SHARED_AT: 11,
  /** 1 + UnreachableCode of an ICMP message; 0: a datagram. */
  UNREACHABLE: 14,
  /** 1: taken and not released. */
  IN_USE: 15,
} as const;
