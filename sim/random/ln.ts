// ln 2 in two parts; the first has 21 trailing zero bits, so that its product with an exponent is exact.
const LN2_HIGH = 0.69314718036912381649;
const LN2_LOW = 1.90821492927058770002e-10;
const SMALLEST_NORMAL = 2.2250738585072014e-308;
const TWO_54 = 0x40_0000_0000_0000;
const EXPONENT_BIAS = 1023;
const MANTISSA_HIGH_MASK = 0x000f_ffff;
const EXPONENT_OF_ONE = 0x3ff0_0000;
const LAST_POWER = 23;
const bits = new DataView(new ArrayBuffer(8));

/** The natural logarithm to within 1 ulp or so, from operations that every engine rounds alike; Math.log is not such a one. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  const isSubnormal = x < SMALLEST_NORMAL;
  bits.setFloat64(0, isSubnormal ? x * TWO_54 : x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - EXPONENT_BIAS - (isSubnormal ? 54 : 0);
  bits.setUint32(0, (high & MANTISSA_HIGH_MASK) | EXPONENT_OF_ONE);
  let mantissa = bits.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  return exponent * LN2_HIGH + (lnNearOne(mantissa) + exponent * LN2_LOW);
}

/** ln(m) = 2 (s + s^3/3 + s^5/5 + …), s = (m - 1) / (m + 1), for m in [sqrt(1/2), sqrt(2)]; what is left out is < 2^-63. */
function lnNearOne(m: number): number {
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 1 / LAST_POWER;
  for (let power = LAST_POWER - 2; power >= 3; power -= 2) sum = sum * square + 1 / power;
  return 2 * s + 2 * s * square * sum;
}
