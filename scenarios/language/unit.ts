import type { BitsPerSecond, Bytes, Nanos } from '../../protocol/index.ts';
import { type Parsed, accept, describe, quote, refuse } from './problem.ts';

/** A kind of quantity: its units with their factor to the base unit, smallest first. */
interface Dimension {
  /** With its article, for messages. */
  noun: string;
  /** What the base unit counts, for messages. */
  base: string;
  units: readonly (readonly [name: string, factor: bigint])[];
  example: string;
}

export const DURATION: Dimension = {
  noun: 'a duration',
  base: 'nanoseconds',
  units: [
    ['ns', 1n],
    ['us', 1_000n],
    ['ms', 1_000_000n],
    ['s', 1_000_000_000n],
  ],
  example: '10us',
};

export const RATE: Dimension = {
  noun: 'a rate',
  base: 'bits per second',
  units: [
    ['bps', 1n],
    ['Kbps', 1_000n],
    ['Mbps', 1_000_000n],
    ['Gbps', 1_000_000_000n],
    ['Tbps', 1_000_000_000_000n],
  ],
  example: '100Gbps',
};

export const SIZE: Dimension = {
  noun: 'a size',
  base: 'bytes',
  units: [
    ['B', 1n],
    ['KB', 1_000n],
    ['KiB', 1_024n],
    ['MB', 1_000_000n],
    ['MiB', 1_048_576n],
    ['GB', 1_000_000_000n],
    ['GiB', 1_073_741_824n],
  ],
  example: '450KB',
};

const DIMENSIONS: readonly Dimension[] = [DURATION, RATE, SIZE];

/** A quantity's text: a decimal number, then its unit without a space. */
const QUANTITY = /^(\d{1,20})(?:\.(\d{1,12}))?(\s*)([A-Za-zµ]*)$/;

/**
 * Reads a quantity such as `1.5ms` into base units (ns, bit/s, bytes). The arithmetic is exact: a value that is not a
 * whole number of base units is refused rather than rounded.
 */
export function parseQuantity(dimension: Dimension, input: unknown): Parsed<number> {
  const names = dimension.units.map(([name]) => name);
  const choices = `units of ${dimension.noun.slice(2)}: ${names.join(', ')}`;
  if (typeof input === 'number') {
    return refuse(`${input} has no unit`, `write for example ${withUnits(input, dimension)}; ${choices}`);
  }
  const match = typeof input === 'string' ? QUANTITY.exec(input) : null;
  if (match === null) {
    return refuse(
      `expected ${dimension.noun}, found ${describe(input)}`,
      `write a number and its unit, for example ${dimension.example}; ${choices}`,
    );
  }
  const [text, whole, decimals = '', space, unit] = match as unknown as [
    string,
    string,
    string?,
    string?,
    string?,
  ];
  if (unit === '' || unit === undefined) {
    return refuse(`${text} has no unit`, `write for example ${withUnits(text, dimension)}; ${choices}`);
  }
  const factor = dimension.units.find(([name]) => name === unit)?.[1];
  if (factor === undefined) return refuse(...wrongUnit(text, unit, dimension, choices));
  if (space !== '')
    return refuse(`${quote(text)} has a space before its unit`, `write ${text.replace(/\s/g, '')}`);
  return toBase(text, `${whole}${decimals}`, decimals.length, factor, dimension);
}

function toBase(
  text: string,
  digits: string,
  scale: number,
  factor: bigint,
  dimension: Dimension,
): Parsed<number> {
  const scaled = BigInt(digits) * factor;
  const divisor = 10n ** BigInt(scale);
  if (scaled % divisor !== 0n) {
    return refuse(
      `${text} is not a whole number of ${dimension.base}`,
      `the smallest unit is 1${dimension.units[0]![0]}`,
    );
  }
  const value = scaled / divisor;
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    return refuse(
      `${text} is more than 2^53 - 1 ${dimension.base}`,
      `write a smaller ${dimension.noun.slice(2)}`,
    );
  }
  return accept(Number(value));
}

function wrongUnit(text: string, unit: string, dimension: Dimension, choices: string): [string, string] {
  const other = DIMENSIONS.find((d) => d.units.some(([name]) => name === unit));
  if (other !== undefined) {
    return [
      `${text} is ${other.noun}, not ${dimension.noun}`,
      `write for example ${dimension.example}; ${choices}`,
    ];
  }
  const spelling = dimension.units.find(([name]) => name.toLowerCase() === unit.toLowerCase())?.[0];
  const guess = spelling === undefined ? '' : `did you mean "${spelling}"? `;
  return [`unknown unit ${quote(unit)} in ${quote(text)}`, `${guess}${choices}`];
}

function withUnits(amount: number | string, dimension: Dimension): string {
  const { units, example } = dimension;
  if (!/^\d+(\.\d+)?$/.test(String(amount))) return example;
  const some = units.slice(0, 3).map(([name]) => `${amount}${name}`);
  return `${some.slice(0, -1).join(', ')} or ${some.at(-1)}`;
}

/** The shortest exact text: the largest unit that divides the value. */
function formatQuantity(dimension: Dimension, value: number): string {
  let best = dimension.units[0]!;
  for (const unit of dimension.units) {
    if (value > 0 && BigInt(value) % unit[1] === 0n) best = unit;
  }
  return `${BigInt(value) / best[1]}${best[0]}`;
}

export function formatDuration(ns: Nanos): string {
  return formatQuantity(DURATION, ns);
}

export function formatRate(rate: BitsPerSecond): string {
  return formatQuantity(RATE, rate);
}

export function formatSize(bytes: Bytes): string {
  return formatQuantity(SIZE, bytes);
}

/** The pattern that a quantity's text matches, for the JSON Schema. */
export function quantityPattern(dimension: Dimension): string {
  return `^\\d+(\\.\\d+)?(${dimension.units.map(([name]) => name).join('|')})$`;
}

export type { Dimension };
