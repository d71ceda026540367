/** A u64 of the wire in an owned record; never arithmetic, hence two halves. */
export interface U64Record {
  hi: number;
  lo: number;
}

/** The caller gave a message something that its table in spec/wire.yaml excludes. */
export function misuse(field: string, rule: string): never {
  throw new RangeError(`${field}: ${rule}`);
}

/** Returns `value`; throws a RangeError unless it is an integer in 0 … `max`. */
export function checkInteger(value: number | undefined, max: number, field: string): number {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0 || value > max) {
    misuse(field, `${value} is not an integer in 0 … ${max}`);
  }
  return value;
}

/** Returns `value`; throws a RangeError if it is missing or, with `length` ≥ 0, not exactly that long. */
export function checkBytes(value: Uint8Array | undefined, length: number, field: string): Uint8Array {
  if (value === undefined) misuse(field, 'is missing');
  if (length >= 0 && value.length !== length) misuse(field, `must be ${length} bytes, not ${value.length}`);
  return value;
}
