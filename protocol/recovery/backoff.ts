import type { Nanos } from '../core/units.ts';

const DOUBLINGS_MAX = 10;

/**
 * How long to wait the (`doublings` + 1)th time in a row: `baseNs`, doubled each time, at most 10 times. `baseNs` follows an estimate, which may have
 * grown meanwhile: doublings of a shorter one are not multiplied with it, so the wait is at most twice `lastNs`, the one before, or
 * `baseNs`. MUST NOTIFY-2, LOSS-2
 */
export function backoffNs(baseNs: Nanos, doublings: number, lastNs: Nanos): Nanos {
  const doubledNs = baseNs * (1 << Math.min(doublings, DOUBLINGS_MAX));
  return Math.min(doubledNs, Math.max(baseNs, 2 * lastNs));
}
