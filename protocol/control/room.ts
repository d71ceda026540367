import { TAG_BYTES } from '../crypto/suite.ts';

/** Of a control packet, at its longest. */
const HEADER_BYTES = 49;
/** Bytes around an inlined payload in a packet of its own: header, tag, NOTIFY with all fields, at their longest. */
const INLINE_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES + 44;
/** Bytes around the headers in the NOTIFY of a message that is pulled: as above, with buffer and key instead of the payload. */
const NOTICE_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES + 121;
/** Of the fields of a stream, in a NOTIFY; without them there is room for an id. */
export const STREAM_BYTES = 24;
/** Of a deadline, in a NOTIFY. */
export const DEADLINE_BYTES = 8;

/** Largest headers that fit a NOTIFY beside what belongs to a message that is pulled. */
export function noticeRoom(datagramBytesMax: number): number {
  return datagramBytesMax - NOTICE_OVERHEAD_BYTES;
}

/** Largest DATAGRAM payload. */
export function datagramRoom(datagramBytesMax: number): number {
  return inlineRoom(datagramBytesMax);
}

/** Largest payload that fits a NOTIFY in a datagram of `datagramBytesMax`. */
export function inlineRoom(datagramBytesMax: number): number {
  return datagramBytesMax - INLINE_OVERHEAD_BYTES;
}
