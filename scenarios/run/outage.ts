import { DEFAULT_OPTIONS, NEVER } from '../../protocol/index.ts';
import type { Nanos } from '../../protocol/index.ts';
import { faultEndNs } from '../language/index.ts';
import type { ClockFault, Fault, Scenario } from '../language/index.ts';

/** Who was given up, or has forgotten, is found out by PROBEs, or given up for good: that takes a timeout or two. */
const RECOVERY_TIMEOUTS = 2;

/**
 * Until when a fault keeps exchanges from ending; NEVER: for ever. Milder ones are weather: everything must end in spite of them.
 */
export function outageUntilNs(scenario: Scenario): Nanos {
  const peerTimeoutNs = scenario.endpoint.options.peerTimeoutNs ?? DEFAULT_OPTIONS.peerTimeoutNs;
  let until = 0;
  for (const fault of scenario.faults) {
    if (isOutage(fault)) until = Math.max(until, healedNs(fault, peerTimeoutNs));
  }
  return until;
}

/** When the fault is over, and what it did to peers. */
function healedNs(fault: Fault, peerTimeoutNs: Nanos): Nanos {
  if (fault.kind === 'clock') return clockHealedNs(fault, peerTimeoutNs);
  const endNs = faultEndNs(fault);
  if (endNs === undefined) return NEVER;
  const isForgetful = fault.kind === 'crash' || endNs - fault.atNs >= peerTimeoutNs;
  return isForgetful ? endNs + RECOVERY_TIMEOUTS * peerTimeoutNs : endNs;
}

/** A clock that is set back stands still for as long; one that is set forward makes others seem silent. */
function clockHealedNs({ atNs, forNs, offsetNs = 0, jumpNs = 0 }: ClockFault, peerTimeoutNs: Nanos): Nanos {
  const endNs = offsetNs === 0 || forNs === undefined ? atNs : atNs + forNs;
  return endNs + Math.abs(offsetNs) + Math.abs(jumpNs) + RECOVERY_TIMEOUTS * peerTimeoutNs;
}

/** Whether the fault takes more than half of some packets, or of the rate of a cable, or stops a host. */
function isOutage(fault: Fault): boolean {
  switch (fault.kind) {
    case 'link-down':
    case 'nic-down':
    case 'partition':
    // Nobody tells an endpoint that its packets are too long.
    case 'mtu':
    case 'crash':
    case 'pause':
    case 'slow-app':
      return true;
    case 'clock':
      return fault.offsetNs !== undefined || fault.jumpNs !== undefined;
    case 'rate':
      return typeof fault.limit === 'number' || isLess(fault.limit);
    case 'delay':
    case 'ecn-bleach':
    case 'icmp':
    // One message at a time always goes.
    case 'exhaust':
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
