declare const unit: unique symbol;

/** Integer nanoseconds since an origin the driver chooses; exact for 104 days in a JavaScript number. */
export type Nanos = number & { readonly [unit]?: 'ns' };
/** A number of bytes. */
export type Bytes = number & { readonly [unit]?: 'B' };
/** A rate in bits per second. */
export type BitsPerSecond = number & { readonly [unit]?: 'bit/s' };

export const NANOS_PER_MICRO: Nanos = 1_000;
export const NANOS_PER_MILLI: Nanos = 1_000_000;
export const NANOS_PER_SECOND: Nanos = 1_000_000_000;

/** "Never": no timer is armed. */
export const NEVER: Nanos = Number.POSITIVE_INFINITY;

/** Time to put `bytes` on a wire of `rate`, rounded up to a whole nanosecond. */
export function serializationNs(bytes: Bytes, rate: BitsPerSecond): Nanos {
  return Math.ceil((bytes * 8 * NANOS_PER_SECOND) / rate);
}
