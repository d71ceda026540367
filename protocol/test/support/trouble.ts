import type { Delivery, Hook, Net } from './net.ts';

/** Loses, doubles and delays a tenth of all datagrams each, until `untilNs`. */
export function troubled(net: Net, seed: number, untilNs: number): Hook {
  const rng = net.fork(`trouble/${seed}`);
  return () => {
    if (net.now > untilNs) return undefined;
    if (rng.ratio(1, 10)) return [];
    const delivery: Delivery = rng.ratio(1, 10) ? { delayNs: 10_000 + rng.below(200_000) } : {};
    return rng.ratio(1, 10) ? [delivery, { delayNs: 10_000 + rng.below(1_000_000) }] : [delivery];
  };
}
