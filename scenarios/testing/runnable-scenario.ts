import fc from 'fast-check';
import type { Nanos } from '../../protocol/index.ts';
import {
  parseExpectation,
  slowestBps,
  type EndpointSettings,
  type Expectation,
  type Fault,
  type Scenario,
  type Topology,
} from '../language/index.ts';
import { FEW_ONE_IN, runnableFault, SURVIVABLE, type FaultKind } from './runnable-fault.ts';
import { withRarities, type Drawn } from './rarity.ts';
import { withRecovery } from './recovery.ts';
import { runnableTopology } from './runnable-topology.ts';
import { runnableWorkloads, workloadFeatures } from './runnable-workload.ts';
import { atScale } from './scale.ts';

/** Late enough for a run in which something does not end to be called not live. One in which all ends stops then. */
const UNTIL_NS = 20_000_000_000;
const HOSTS_MAX = 8;
const FAULTS_MAX = 5;

export interface RunnableOptions {
  /** Kinds of faults that a case may switch on. Default: every kind that the protocol must survive. */
  readonly faults?: readonly FaultKind[];
  /** Default 8, at least 2. */
  readonly hostsMax?: number;
  /** Default 5. */
  readonly faultsMax?: number;
  /** Whether endpoints of a case may take a peer for dead that a fault keeps silent; then exchanges may fail. Default false. */
  readonly impatience?: boolean;
  /** Whether callers of a case may give exchanges up, at deadlines of a microsecond to milliseconds. Default false. */
  readonly haste?: boolean;
  /** Whether some cases are such that something happens in them that random draws seldom come to. Default false. */
  readonly rarities?: boolean;
  /** Whether all hosts that took part exchange something after the faults, too, of which everything must complete. Default false. */
  readonly recovery?: boolean;
}

/**
 * Scenarios that take a run tens of milliseconds, and that the protocol must survive: every fault heals, every exchange is to
 * complete, and nothing may be violated. Each case switches on a random subset of the kinds of faults and of the features of workloads
 * (swarm testing, Groce et al., ISSTA 2012), because a fault that is always there hides what happens without it. REQ DST-3
 */
export function runnableScenario(options: RunnableOptions = {}): fc.Arbitrary<Scenario> {
  const {
    faults: kinds = SURVIVABLE,
    hostsMax = HOSTS_MAX,
    faultsMax = FAULTS_MAX,
    impatience = false,
    haste = false,
    rarities = false,
    recovery = false,
  } = options;
  const swarm = fc.record({
    topology: runnableTopology(hostsMax),
    kinds: fc.subarray([...kinds]),
    features: workloadFeatures(haste ? oneIn(4) : fc.constant(false)),
    isImpatient: impatience ? oneIn(4) : fc.constant(false),
  });
  const cases = swarm.chain(({ topology, kinds: on, features, isImpatient }) =>
    fc.record({
      version: fc.constant(1 as const),
      name: fc.constant('random'),
      seed: fc.noShrink(fc.integer({ min: 1, max: 2 ** 31 - 1 })),
      untilNs: fc.constant(UNTIL_NS),
      topology: fc.constant(topology),
      endpoint: isImpatient ? impatientEndpoint(topology) : endpoint,
      workloads: runnableWorkloads(topology, features),
      faults:
        on.length === 0 || faultsMax === 0
          ? fc.constant<Fault[]>([])
          : fc.array(runnableFault(topology, on), { minLength: 1, maxLength: faultsMax, size: 'max' }),
    }),
  );
  return (rarities ? cases.chain(withRarities) : cases).map((drawn) => {
    const forgets = mayForget(drawn);
    const isHasty = drawn.workloads.some(({ deadlineNs }) => deadlineNs !== undefined);
    const expectations = !forgets && !isHasty && offersSomething(drawn) ? [allComplete()] : [];
    const scenario = { ...drawn, expectations };
    return recovery ? withRecovery(scenario, forgets) : scenario;
  });
}

/** Exchanges may fail of which a host knew that crashed, that somebody tampers with, or whose peer was silent for longer than it has patience. */
function mayForget({ faults, endpoint: { options } }: Drawn): boolean {
  if (faults.some((fault) => fault.kind === 'crash' || isTampering(fault))) return true;
  return faults.length > 0 && options.peerTimeoutNs !== undefined;
}

function isTampering(fault: Fault): boolean {
  if (fault.kind !== 'corrupt' || fault.rate === undefined) return false;
  return fault.rate.numerator * FEW_ONE_IN > fault.rate.denominator;
}

/** A load may offer nothing at all, of which 100 % cannot complete. */
function offersSomething({ workloads }: Drawn): boolean {
  return workloads.some(({ arrivals }) => arrivals.kind !== 'load');
}

function oneIn(n: number): fc.Arbitrary<boolean> {
  return fc.nat(n - 1).map((drawn) => drawn === n - 1);
}

function allComplete(): Expectation {
  const parsed = parseExpectation('completed == 100%');
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

const SEED_MAX = 2 ** 31 - 1;

/** The case of one seed, 0 … 2^31 - 1: the same on every machine. */
export function sampleScenario(seed: number, options: RunnableOptions = {}): Scenario {
  if (!Number.isInteger(seed) || seed < 0 || seed > SEED_MAX) {
    throw new RangeError(`a seed of a sample is a whole number from 0 to ${SEED_MAX}, not ${seed}`);
  }
  const [scenario] = fc.sample(runnableScenario(options), { seed, numRuns: 1, unbiased: true });
  return { ...(scenario as Scenario), name: `random-${seed}` };
}

const choices = fc.record(
  {
    inlineBytesMax: fc.constantFrom(0, 100, 1000, 65_535),
    // Some end a byte behind a packet of 1500.
    pullBytesMax: fc.constantFrom(1024, 16_384, 131_072, 1454, 1456),
    budgetRatio: fc.constantFrom(0.5, 1, 1.5, 4),
    burstSegments: fc.constantFrom(1, 4, 16),
    // So few that a run comes to their limits.
    notifyWindow: fc.constantFrom(1, 2, 8, 16),
    receiveBytesMax: fc.constantFrom(1000, 100_000),
    keyPacketsMax: fc.constantFrom(50, 200),
  },
  { requiredKeys: [] },
);

/** Less than the longest fault. */
const shortTimeout = fc.constantFrom(1_000_000, 3_000_000);
/** A PROBE waits in a queue, its answer in another, and packets that find the queue full are lost. */
const QUEUES_PER_TIMEOUT = 3;
/** Of the last round, of an exchange of two hosts, in both directions. */
const LAST_BYTES = 6 * 3000;

/** How long packets wait behind each other at most, when the hosts of one half of a network exchange something with those of the other. */
function queueNs(topology: Topology): Nanos {
  const { hosts, switch: buffers } = topology;
  const pairs = Math.max(hosts, (hosts * hosts) / 4);
  return (Math.min(buffers.bufferBytes, pairs * LAST_BYTES) * 8e9) / slowestBps(topology);
}

const settings = fc.record({
  // Nothing but real cryptography seals and opens the bytes of messages.
  crypto: oneIn(5).map((isReal) => (isReal ? ('real' as const) : ('sim' as const))),
  hostDelayNs: fc.oneof(fc.constant(0), atScale(100, 20_000)),
  options: fc.oneof(fc.constant({}), choices),
});

/** Some are received in runs, of a few packets or of many. */
const endpoint: fc.Arbitrary<EndpointSettings> = fc
  .tuple(settings, oneIn(4), fc.constantFrom(4096, 65_536))
  .map(([each, coalesces, groBytes]) => {
    if (coalesces) return { ...each, groBytes };
    // Some of the others send the first of their messages early, also to whom they meet for the first time. No draw of its own: the rest stays what it was.
    const early = groBytes === 4096 ? {} : { earlyBytesMax: 65_536, earlyBytesInitial: 65_536 };
    return { ...each, options: { ...each.options, ...early } };
  });

function impatientEndpoint(topology: Topology): fc.Arbitrary<EndpointSettings> {
  const leastNs = Math.ceil(QUEUES_PER_TIMEOUT * queueNs(topology));
  return fc.tuple(endpoint, shortTimeout).map(([settings, drawnNs]) => {
    const peerTimeoutNs = Math.max(drawnNs, leastNs);
    return { ...settings, options: { ...settings.options, peerTimeoutNs } };
  });
}
