/** Readers of option values. */
import { type Parsed, accept, quote, refuse } from '../scenarios/language/problem.ts';
import { nearest } from '../scenarios/language/suggest.ts';
import { DURATION, SIZE, parseQuantity } from '../scenarios/language/unit.ts';
import { parseAddress, splitHostPort } from '../transports/udp/index.ts';
import type { Reader } from './option.ts';

export function wholeNumber(min: number, max: number): Reader<number> {
  return (value) => {
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return accept(number);
    return refuse(`${quote(value)} is not a whole number ${min}..${max}`, `give one, for example ${min}`);
  };
}

/** A number of bytes, `1024`, or with a unit, `64KiB`. */
export function size(minBytes: number, maxBytes: number): Reader<number> {
  return (value) => {
    const parsed = /^\d{1,16}$/.test(value) ? accept(Number(value)) : parseQuantity(SIZE, value);
    if (!parsed.ok) return parsed;
    if (parsed.value >= minBytes && parsed.value <= maxBytes) return parsed;
    return refuse(`${value} is not ${minBytes}..${maxBytes} bytes`, 'give a size in this range');
  };
}

export function duration(minNs: number, maxNs: number, range: string): Reader<number> {
  return (value) => {
    const parsed = parseQuantity(DURATION, value);
    if (!parsed.ok) return parsed;
    if (parsed.value >= minNs && parsed.value <= maxNs) return parsed;
    return refuse(`${value} is outside ${range}`, `give a duration of ${range}`);
  };
}

export function oneOf<const T extends string>(choices: readonly T[]): Reader<T> {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return accept(found);
    const guess = nearest(value, choices);
    const remedy = guess === undefined ? `one of ${choices.join(', ')}` : `did you mean ${guess}?`;
    return refuse(`${quote(value)} is not known`, remedy);
  };
}

/** Where to listen: a numeric address, or `*`, and a port. */
export const bindAddress: Reader<string> = (value) =>
  checked(value, () => {
    if (splitHostPort(value).host !== '*') parseAddress(value);
  });

/** Whom to call: a name or an address, and a port. */
export const peerAddress: Reader<string> = (value) =>
  checked(value, () => {
    if (splitHostPort(value).port === 0) throw new Error(`${value}: the port of a peer is 1..65535`);
  });

function checked(value: string, check: () => void): Parsed<string> {
  try {
    check();
    return accept(value);
  } catch (error) {
    return refuse((error as Error).message, 'for example 127.0.0.1:4433');
  }
}
