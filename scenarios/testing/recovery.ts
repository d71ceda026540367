import { DEFAULT_OPTIONS, type Nanos } from '../../protocol/index.ts';
import {
  faultEndNs,
  parseExpectation,
  type Arrivals,
  type Expectation,
  type Scenario,
  type UnaryWorkload,
} from '../language/index.ts';
import { outageUntilNs } from '../run/outage.ts';

/** So long after the last fault has healed, whatever it was in the way of has ended. */
const REST_NS = 5_000_000_000;
/** Late enough after the last offer for a run in which something does not end to be called not live. */
const LIVE_NS = 10_000_000_000;
/** Peers that meet another incarnation, or find that they were given up, know it after so many timeouts. */
const MEETING_TIMEOUTS = 2;
/** From each host to each other; more than one, so that credit is needed again. */
const EXCHANGES = 3;
/** More than fits into one packet, for most MTUs. */
const MESSAGE_BYTES = 3000;

/**
 * The scenario, and after its faults have healed an exchange or two between all hosts that took part: whoever survived must serve
 * again, and all of these must complete. Where hosts were taken for dead, or were, a first round may fail: it tells everybody
 * who lives. REQ DST-6
 */
export function withRecovery(scenario: Scenario, forgets: boolean): Scenario {
  const { workloads, endpoint, topology } = scenario;
  const present = new Set(workloads.flatMap(({ from, to }) => [...from, ...to]));
  const hosts = Array.from({ length: topology.hosts }, (_, host) => host).filter((host) => present.has(host));
  const round = (name: string, startNs: Nanos): UnaryWorkload[] =>
    hosts.map((host) => ({
      name: `${name}-${host}`,
      pattern: 'unary',
      from: hosts.filter((other) => other !== host),
      to: [host],
      request: { kind: 'fixed', bytes: MESSAGE_BYTES },
      response: { kind: 'fixed', bytes: MESSAGE_BYTES },
      arrivals: { kind: 'count', count: EXCHANGES, startNs },
      priority: 3,
      after: [],
    }));
  const peerTimeoutNs = endpoint.options.peerTimeoutNs ?? DEFAULT_OPTIONS.peerTimeoutNs;
  const restedNs = calmFromNs(scenario) + REST_NS;
  const meetings = forgets ? round('meeting', restedNs) : [];
  const lastNs = forgets ? restedNs + MEETING_TIMEOUTS * peerTimeoutNs + REST_NS : restedNs;
  const last = round('recovered', lastNs);
  return {
    ...scenario,
    untilNs: lastNs + LIVE_NS,
    workloads: [...workloads, ...meetings, ...last],
    expectations: [...scenario.expectations, ...last.map(allComplete)],
  };
}

/** When all faults have healed and all that is offered by the clock has been. */
function calmFromNs(scenario: Scenario): Nanos {
  const healed = scenario.faults.map((fault) => faultEndNs(fault) ?? fault.atNs);
  const offered = scenario.workloads.map(({ arrivals }) => lastArrivalNs(arrivals));
  return Math.max(outageUntilNs(scenario), ...healed, ...offered);
}

function lastArrivalNs(arrivals: Arrivals): Nanos {
  return arrivals.kind === 'count' ? arrivals.startNs : arrivals.stopNs;
}

function allComplete({ name }: UnaryWorkload): Expectation {
  const parsed = parseExpectation(`workloads.${name}.completed == 100%`);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}
