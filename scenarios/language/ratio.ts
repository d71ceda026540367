import { type Parsed, accept, describe, quote, refuse } from './problem.ts';

/** An exact fraction: decisions in a simulation never depend on a rounded decimal. */
export interface Ratio {
  numerator: number;
  /** At least 1, below 2^32. */
  denominator: number;
}

/** Larger terms than this say nothing more about a probability, and fit the 32-bit draws of the simulator. */
const TERM_MAX = 1_000_000_000;

export const RATIO_PATTERN = '^\\d+/\\d+$';

/** A probability, `N/D` with N at most D: `1/100`. A decimal or percentage is refused, with the ratio it stands for. */
export function parseProbability(input: unknown): Parsed<Ratio> {
  const fraction = typeof input === 'string' ? /^(\d{1,12})\/(\d{1,12})$/.exec(input) : null;
  if (fraction === null) {
    const decimal = asDecimal(input);
    const hint = decimal === undefined ? '1/100' : formatRatio(decimal);
    return refuse(
      `expected a ratio, found ${describe(input)}`,
      `write the probability as a ratio of whole numbers, for example ${hint}`,
    );
  }
  const ratio = { numerator: Number(fraction[1]), denominator: Number(fraction[2]) };
  const bounded = checkTerms(String(input), ratio);
  if (!bounded.ok) return bounded;
  if (ratio.numerator > ratio.denominator) {
    return refuse(`${String(input)} is more than 1`, 'a probability is at most 1/1');
  }
  return bounded;
}

/** A share above 0 up to 1, as a decimal (`0.6`) or a ratio (`3/5`). */
export function parseShare(input: unknown): Parsed<Ratio> {
  const fraction = typeof input === 'string' ? /^(\d{1,12})\/(\d{1,12})$/.exec(input) : null;
  const ratio =
    fraction === null
      ? typeof input === 'number'
        ? asDecimal(input)
        : undefined
      : { numerator: Number(fraction[1]), denominator: Number(fraction[2]) };
  const remedy = 'write a number above 0 and at most 1, with up to six decimals, or a ratio; for example 0.6';
  if (ratio === undefined) return refuse(`expected a number, found ${describe(input)}`, remedy);
  const bounded = checkTerms(String(input), ratio);
  if (!bounded.ok) return bounded;
  if (ratio.numerator === 0 || ratio.numerator > ratio.denominator) {
    return refuse(`${String(input)} is not above 0 and at most 1`, remedy);
  }
  return bounded;
}

/** `3/5`. */
export function formatRatio(ratio: Ratio): string {
  return `${ratio.numerator}/${ratio.denominator}`;
}

function checkTerms(text: string, ratio: Ratio): Parsed<Ratio> {
  if (ratio.denominator === 0) return refuse(`${quote(text)} divides by zero`, 'write for example 1/100');
  if (Math.max(ratio.numerator, ratio.denominator) > TERM_MAX) {
    return refuse(`${quote(text)} has a term above ${TERM_MAX}`, 'write the ratio with smaller terms');
  }
  return accept(ratio);
}

/** The exact ratio, in lowest terms, that a decimal or a percentage with few decimals stands for. */
function asDecimal(input: unknown): Ratio | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,6}))?(%?)$/.exec(String(input));
  if (match === null) return undefined;
  const decimals = match[2] ?? '';
  const numerator = Number(`${match[1]}${decimals}`);
  let denominator = match[3] === '%' ? 100 : 1;
  for (let i = 0; i < decimals.length; i++) denominator *= 10;
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? Math.max(a, 1) : greatestCommonDivisor(b, a % b);
}
