import { TAG_BYTES } from '../crypto/suite.ts';
import type { Bytes } from '../core/units.ts';

/** A sealed record, tag included, except that the last one of a message may be shorter. */
export const RECORD_SEALED_BYTES = 65_536;
/** Plaintext in a full record. */
export const RECORD_PLAIN_BYTES: number = RECORD_SEALED_BYTES - TAG_BYTES;

/** Records of a message of `sizeBytes` (at least 1). */
export function recordCount(sizeBytes: Bytes): number {
  return Math.ceil(sizeBytes / RECORD_PLAIN_BYTES);
}

/** Length of the sealed message: pulls, data and acknowledgements count in these bytes. */
export function sealedSize(sizeBytes: Bytes): Bytes {
  return sizeBytes + recordCount(sizeBytes) * TAG_BYTES;
}

/** Length of the sealed record `index` of a message of `sealedBytes`. */
export function recordLength(index: number, sealedBytes: Bytes): Bytes {
  return Math.min(RECORD_SEALED_BYTES, sealedBytes - index * RECORD_SEALED_BYTES);
}
