import { DecodeError } from './decode-error.ts';

/** The largest integer on the wire: what a JavaScript number holds exactly. RFC 9000 would allow 2^62 - 1. */
export const VARINT_MAX: number = Number.MAX_SAFE_INTEGER;

const TWO_32 = 0x1_0000_0000;

/**
 * The value of the varint (RFC 9000 section 16) at `at`, or a negative DecodeError: TRUNCATED if it does not end
 * before `limit` (`limit <= bytes.length`), VALUE above VARINT_MAX. REQ CONF-8. Any of the four lengths is accepted. The
 * position after it is `at + varintLengthAt(bytes, at)`: two results without an allocation. MUST WIRE-3
 */
export function decodeVarint(bytes: Uint8Array, at: number, limit: number): number {
  if (at >= limit) return DecodeError.TRUNCATED;
  const first = bytes[at]!;
  if (first < 0x40) return first;
  if (first < 0x80) {
    return limit - at < 2 ? DecodeError.TRUNCATED : ((first & 0x3f) << 8) | bytes[at + 1]!;
  }
  return decodeLong(bytes, at, limit, first);
}

/** How many bytes the varint takes whose first byte is at `at`. */
export function varintLengthAt(bytes: Uint8Array, at: number): number {
  return 1 << (bytes[at]! >>> 6);
}

/** How many bytes the shortest encoding takes. Throws a RangeError if `value` is no integer in 0 … VARINT_MAX. */
export function varintLength(value: number): number {
  if (value < 0x4000_0000) {
    if (value >>> 0 !== value) refuse(value);
    return value < 0x40 ? 1 : value < 0x4000 ? 2 : 4;
  }
  if (!Number.isSafeInteger(value)) refuse(value);
  return 8;
}

/**
 * Writes the shortest encoding of `value` at `at`; returns the position after it, or -1, with nothing written,
 * if it does not end before `limit`. Throws a RangeError if `value` is no integer in 0 … VARINT_MAX.
 */
export function encodeVarint(value: number, out: Uint8Array, at: number, limit: number): number {
  return varintLength(value) > limit - at ? -1 : writeVarint(value, out, at);
}

/** As encodeVarint, for callers that have checked `value` and the room by varintLength. */
export function writeVarint(value: number, out: Uint8Array, at: number): number {
  if (value < 0x40) {
    out[at] = value;
    return at + 1;
  }
  if (value < 0x4000) {
    out[at] = (value >>> 8) | 0x40;
    out[at + 1] = value;
    return at + 2;
  }
  if (value < 0x4000_0000) {
    writeU32(value | 0x8000_0000, out, at);
    return at + 4;
  }
  const high = Math.floor(value / TWO_32);
  writeU32(high | 0xc000_0000, out, at);
  writeU32(value - high * TWO_32, out, at + 4);
  return at + 8;
}

function decodeLong(bytes: Uint8Array, at: number, limit: number, first: number): number {
  const lengthBytes = first < 0xc0 ? 4 : 8;
  if (limit - at < lengthBytes) return DecodeError.TRUNCATED;
  const high = ((first & 0x3f) << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (lengthBytes === 4) return high;
  if (high > 0x1f_ffff) return DecodeError.VALUE;
  const low = (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!;
  return high * TWO_32 + (low >>> 0);
}

function writeU32(value: number, out: Uint8Array, at: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

function refuse(value: number): never {
  throw new RangeError(`${value} is not an integer in 0 … 2^53 - 1 and has no varint encoding`);
}
