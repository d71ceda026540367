import { SimError } from './errors.ts';
import {
  NANOS_PER_MICRO,
  NANOS_PER_MILLI,
  NANOS_PER_SECOND,
  NEVER,
  type Nanos,
} from '../../protocol/core/units.ts';

/** `count` microseconds in nanoseconds; a fraction is rounded to a whole nanosecond. */
export function us(count: number): Nanos {
  return Math.round(count * NANOS_PER_MICRO);
}

export function ms(count: number): Nanos {
  return Math.round(count * NANOS_PER_MILLI);
}

export function seconds(count: number): Nanos {
  return Math.round(count * NANOS_PER_SECOND);
}

/** Throws SimError `bad-argument` unless `ns` is a whole number of nanoseconds >= 0. */
export function checkDuration(what: string, ns: Nanos): void {
  if (Number.isSafeInteger(ns) && ns >= 0) return;
  throw new SimError('bad-argument', `${what} takes whole nanoseconds, at least 0, not ${ns}`);
}

/** For people: `1.5 ms`, `20 ns`. */
export function formatDuration(ns: Nanos): string {
  if (ns === NEVER) return 'never';
  if (ns < NANOS_PER_MICRO) return `${ns} ns`;
  if (ns < NANOS_PER_MILLI) return `${ns / NANOS_PER_MICRO} µs`;
  if (ns < NANOS_PER_SECOND) return `${ns / NANOS_PER_MILLI} ms`;
  return `${ns / NANOS_PER_SECOND} s`;
}
