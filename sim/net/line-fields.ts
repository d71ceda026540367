/**
 * What a hop reads of a line: 64 bytes, so that it is one line of the processor's cache. `LineClocks.numbers` and
 * `LineClocks.words` are two views of the same memory. In a network of hundreds of hosts, objects that point to others
 * are out of the cache whenever their turn comes, and cost half of the run.
 */

/** Fields in `LineClocks.numbers`, at 8 × line. */
export const LineNumber = {
  /** When all that was given is on the wire: nanoseconds, and a fraction in units of 1 / rate.unitsPerNs. */
  FREE_NS: 0,
  FREE_FRACTION: 1,
  GIVEN_BYTES: 2,
  /** When the last of the packets under way arrives. */
  LAST_ARRIVAL_NS: 3,
  DELAY_NS: 4,
} as const;

/** Fields in `LineClocks.words`, at 16 × line. */
export const LineWord = {
  /** The packets under way, in order: index of the first, or NONE, and of the last. */
  FIRST: 10,
  LAST: 11,
  /** Events of an older epoch are void. */
  EPOCH: 12,
  /** Longest packet, as faults have it. */
  MTU: 13,
  /** 1: has an impairment. 2: is down. 4: each packet travels on its own. */
  STATE: 14,
  /** Of the switch port in front of it: bit p is set while queue p holds a packet. */
  OCCUPIED: 15,
} as const;

export const NONE = -1;
export const IMPAIRED = 1;
export const DOWN = 2;
export const LOOSE = 4;
