/** Wider bins made of `merged` whole ones each. */
export function rebin(
  values: readonly number[],
  merged: number,
  combine: (a: number, b: number) => number,
): number[] {
  if (merged <= 1) return [...values];
  const out: number[] = [];
  for (let start = 0; start < values.length; start += merged) {
    let value = NaN;
    for (let i = start; i < Math.min(start + merged, values.length); i += 1) {
      const next = values[i] ?? NaN;
      if (Number.isNaN(next)) continue;
      value = Number.isNaN(value) ? next : combine(value, next);
    }
    out.push(value);
  }
  return out;
}

export function add(a: number, b: number): number {
  return a + b;
}

export function largest(values: readonly number[]): number {
  let max = 0;
  for (const value of values) if (value > max) max = value;
  return max;
}

export function total(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) if (Number.isFinite(value)) sum += value;
  return sum;
}

/**
 * Bytes per bin as bits per second. The last bin may be cut short by the end of the run: it is divided by the time it
 * really lasted, but by half a bin at least, because a few packets within a few ns are no rate.
 */
export function bitRates(bytesPerBin: readonly number[], binNs: number, endNs: number): number[] {
  return bytesPerBin.map((bytes, i) => {
    const left = endNs - i * binNs;
    const lasted = Math.min(binNs, Math.max(left, binNs / 2));
    return (bytes * 8e9) / lasted;
  });
}
