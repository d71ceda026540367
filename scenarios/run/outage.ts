import { NEVER } from '../../protocol/index.ts';
import type { Nanos } from '../../protocol/index.ts';
import type { Fault, Scenario } from '../language/index.ts';

/** Until when a fault keeps packets from getting through. Milder ones are weather: everything must end in spite of them. */
export function outageUntilNs(scenario: Scenario): Nanos {
  let until = 0;
  for (const fault of scenario.faults) {
    if (isOutage(fault))
      until = Math.max(until, fault.forNs === undefined ? NEVER : fault.atNs + fault.forNs);
  }
  return until;
}

/** Whether the fault takes more than half of some packets, or of the rate of a cable. */
function isOutage(fault: Fault): boolean {
  switch (fault.kind) {
    case 'link-down':
    case 'nic-down':
    case 'partition':
    // Nobody tells an endpoint that its packets are too long.
    case 'mtu':
      return true;
    case 'rate':
      return typeof fault.limit === 'number' || isLess(fault.limit);
    case 'delay':
    case 'ecn-bleach':
    case 'icmp':
      return false;
    default:
      // Listed packets come to an end.
      return fault.rate !== undefined && !isLess(fault.rate);
  }
}

/** At most one half. */
function isLess({ numerator, denominator }: { numerator: number; denominator: number }): boolean {
  return numerator * 2 <= denominator;
}
