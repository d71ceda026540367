/** Plaintext of each record of a message but the last, and the length of what records are bound to. */
const RECORD_PLAIN_BYTES = 65_520;
const RECORD_AAD_BYTES = 24;
/** Of the size of the message (u64), in it. */
const SIZE_AT = 8;

/**
 * Whether `aad`, if it is that of a record, says a size of which record `index` has `plainBytes`. Written after the specification and not
 * after the code that it judges. MUST RECORD-2
 */
export function isBound(
  index: number,
  aad: Uint8Array,
  aadStart: number,
  aadEnd: number,
  plainBytes: number,
): boolean {
  if (aadEnd - aadStart !== RECORD_AAD_BYTES) return true;
  let sizeBytes = 0;
  for (let i = 0; i < 8; i++) sizeBytes = sizeBytes * 256 + (aad[aadStart + SIZE_AT + i] as number);
  return (
    plainBytes > 0 && plainBytes === Math.min(sizeBytes - index * RECORD_PLAIN_BYTES, RECORD_PLAIN_BYTES)
  );
}
