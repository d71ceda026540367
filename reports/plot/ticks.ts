import { group } from '../figures.ts';

export interface Ticks {
  readonly values: readonly number[];
  /** Distance of neighbours; 0 on a logarithmic axis. */
  readonly step: number;
}

/** The smallest of 1, 2 or 5 times a power of ten that is not less than `least`. */
export function stepAtLeast(least: number): number {
  const exponent = Math.floor(Math.log10(least));
  for (const [digit, shift] of [
    [1, 0],
    [2, 0],
    [5, 0],
    [1, 1],
    [2, 1],
  ] as const) {
    const step = decimal(digit, exponent + shift);
    if (step >= least * (1 - 1e-9)) return step;
  }
  return decimal(5, exponent + 1);
}

/** At most `most` + 1 multiples of a 1/2/5 step within [from, to]. */
export function linearTicks(from: number, to: number, most: number): Ticks {
  if (!(to > from)) return { values: [from], step: 0 };
  const step = stepAtLeast((to - from) / most);
  const values: number[] = [];
  const last = Math.floor(to / step + 1e-9);
  for (let i = Math.ceil(from / step - 1e-9); i <= last; i += 1) values.push(multiple(i, step));
  return { values, step };
}

/** The first multiple of a 1/2/5 step at or above `max`: where a linear axis from zero ends. */
export function linearEnd(max: number, most: number): number {
  if (!(max > 0)) return 1;
  const step = stepAtLeast(max / most);
  return multiple(Math.ceil(max / step - 1e-9), step);
}

/**
 * Powers of ten, thinned to at most `most`; over fewer than two decades also their double and fivefold.
 * Never empty if [from, to] came from `logBounds`.
 */
export function logTicks(from: number, to: number, most: number): Ticks {
  const decades = Math.log10(to / from);
  const values: number[] = [];
  const first = Math.floor(Math.log10(from) + 1e-9);
  const last = Math.ceil(Math.log10(to) - 1e-9);
  const stride = Math.max(1, Math.ceil(decades / most));
  const digits = decades * 3 <= most ? [1, 2, 5] : [1];
  for (let exponent = first; exponent <= last; exponent += 1) {
    if ((exponent - first) % stride !== 0) continue;
    for (const digit of digits) {
      const value = decimal(digit, exponent);
      if (value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)) values.push(value);
    }
  }
  return { values, step: 0 };
}

/** 1/2/5 bounds around positive values, at least a factor of `least` apart. */
export function logBounds(min: number, max: number, least: number): [number, number] {
  let from = roundDown(min);
  let to = stepAtLeast(max);
  if (to <= from * (1 + 1e-9)) to = stepAtLeast(from * 1.5);
  while (to / from < least * (1 - 1e-9)) {
    to = stepAtLeast(to * 1.5);
    if (to / from < least * (1 - 1e-9)) from = roundDown(from * 0.6);
  }
  return [from, to];
}

function roundDown(value: number): number {
  const up = stepAtLeast(value);
  if (up <= value * (1 + 1e-9)) return up;
  const exponent = Math.floor(Math.log10(up) + 1e-9);
  const digit = Math.round(up / 10 ** exponent);
  if (digit === 5) return decimal(2, exponent);
  if (digit === 2) return decimal(1, exponent);
  return decimal(5, exponent - 1);
}

/** Labels want 0.3, not 0.30000000000000004: multiply before dividing. */
function multiple(i: number, step: number): number {
  return Number((i * step).toPrecision(12));
}

function decimal(digit: number, exponent: number): number {
  return Number(`${digit}e${exponent}`);
}

/** All labels of one axis with the same number of decimals; figures that would be long as 1.5e6. */
export function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  const lastDigit = step > 0 ? Math.floor(Math.log10(step) + 1e-9) : 0;
  const firstDigit = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  if (firstDigit >= 6 || lastDigit < -6) {
    return value.toExponential(Math.max(0, firstDigit - lastDigit)).replace('e+', 'e');
  }
  return group(value.toFixed(Math.max(0, -lastDigit)));
}
