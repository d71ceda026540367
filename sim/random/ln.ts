const LN2_HI = 6.9314718036912381649e-1;
const LN2_LO = 1.90821492927058770002e-10;
const MANTISSA_MASK = 0x000f_ffff;
const bits = new DataView(new ArrayBuffer(8));

/** ln(x) with operations that every engine rounds alike. `Math.log` may differ between engines in the last bit. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let exponent = 0;
  let value = x;
  if (value < 2.2250738585072014e-308) {
    value *= 18014398509481984; // 2^54 makes a subnormal number normal
    exponent = -54;
  }
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  exponent += (high >>> 20) - 1023;
  bits.setUint32(0, (high & MANTISSA_MASK) | 0x3ff0_0000);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  return exponent * LN2_HI + (lnNearOne(mantissa) + exponent * LN2_LO);
}

/** ln(m) = 2 artanh((m - 1) / (m + 1)) for m in [sqrt(1/2), sqrt(2)]; the first omitted term is below 2^-60. */
function lnNearOne(m: number): number {
  const s = (m - 1) / (m + 1);
  const z = s * s;
  let sum = 1 / 23;
  for (let k = 21; k >= 3; k -= 2) sum = sum * z + 1 / k;
  return 2 * s + 2 * s * z * sum;
}
