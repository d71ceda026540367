import fc from 'fast-check';
import { builtInDistribution } from '../distributions/built-in.ts';
import { SizeDistribution } from '../distributions/size-distribution.ts';
import { type Expectation, type Scenario, type Workload, parseExpectation } from '../language/index.ts';
import { anyFault, anyRatio } from './fault.ts';
import { anyTopology } from './topology.ts';

const UNTIL_NS = 50_000_000;

/** What `file:sizes.csv` holds in these scenarios. */
export const SIZES_CSV = 'bytes,cdf\n1,0\n1000,0.5\n9000,1\n';
const SIZES = new SizeDistribution([
  { bytes: 1, cdf: 0 },
  { bytes: 1000, cdf: 0.5 },
  { bytes: 9000, cdf: 1 },
]);

/** Any scenario that this version can say. Most are far too large to run: `runnableScenario` is for that. */
export const anyScenario: fc.Arbitrary<Scenario> = anyTopology.chain((topology) =>
  fc
    .record({
      version: fc.constant(1 as const),
      name: fc.constantFrom('a', 'incast-100', 'Long_name-1', 'null', 'true'),
      seed: fc.maxSafeNat(),
      untilNs: fc.constant(UNTIL_NS),
      topology: fc.constant(topology),
      endpoint: anyEndpoint(),
      workloads: fc.array(anyWorkload(topology.hosts), { minLength: 1, maxLength: 4 }),
      faults: fc.array(anyFault(topology, UNTIL_NS), { maxLength: 4 }),
      expectations: fc.array(anyExpectation(), { maxLength: 4 }),
    })
    .map((scenario) => ({ ...scenario, workloads: scenario.workloads.map(named) })),
);

/** Names by position; each but the first waits for the one before it, by its own choice of how. */
function named(workload: Workload, index: number): Workload {
  const after =
    index === 0 ? [] : workload.after.map((dependency) => ({ ...dependency, workload: `w-${index - 1}` }));
  return { ...workload, name: `w-${index}`, after };
}

function anyEndpoint(): fc.Arbitrary<Scenario['endpoint']> {
  const settings = {
    crypto: fc.constantFrom('sim' as const, 'real' as const),
    control: fc.constant('sender-burst' as const),
    hostDelayNs: fc.nat(100_000),
    groBytes: fc.integer({ min: 1024, max: 65_536 }),
    workers: fc.integer({ min: 1, max: 256 }),
    options: fc.record(
      {
        inlineBytesMax: fc.nat(65_535),
        pullBytesMax: fc.integer({ min: 1024, max: 1_000_000 }),
        budgetRatio: fc.integer({ min: 50, max: 6400 }).map((n) => n / 100),
        burstSegments: fc.integer({ min: 1, max: 64 }),
        paths: fc.integer({ min: 1, max: 64 }),
        peerTimeoutNs: fc.integer({ min: 1000, max: 1_000_000_000 }),
        notifyWindow: fc.integer({ min: 1, max: 65_536 }),
        receiveBytesMax: fc.integer({ min: 1, max: 2 ** 40 }),
        keyPacketsMax: fc.integer({ min: 1, max: 2 ** 23 }),
      },
      { requiredKeys: [] },
    ),
  };
  return fc.record(settings, { requiredKeys: ['crypto', 'hostDelayNs', 'options'] });
}

/** Any workload of a topology of so many hosts, in a run of 50 ms. Its name is empty, and its dependencies name nothing. */
export function anyWorkload(hosts: number): fc.Arbitrary<Workload> {
  const workload = fc.record({
    name: fc.constant(''),
    pattern: fc.constant('unary' as const),
    from: fc.subarray(indices(hosts), { minLength: 2 }),
    to: fc.subarray(indices(hosts), { minLength: 1 }),
    request: anySize(),
    response: anySize(),
    arrivals: anyArrivals(),
    priority: fc.nat(7),
    after: fc.array(
      fc.record({
        workload: fc.constant(''),
        wait: fc.constantFrom('request' as const, 'response' as const),
        cascade: fc.boolean(),
      }),
      { maxLength: 2 },
    ),
  });
  // Of nothing there is no load.
  const hasty = fc
    .tuple(workload, fc.option(fc.integer({ min: 1, max: UNTIL_NS })))
    .map(([drawn, deadlineNs]): Workload => (deadlineNs === null ? drawn : { ...drawn, deadlineNs }));
  return hasty.filter(
    ({ request, arrivals }) => arrivals.kind !== 'load' || request.kind !== 'fixed' || request.bytes > 0,
  );
}

function anySize(): fc.Arbitrary<Workload['request']> {
  const fixed = fc.nat(1_073_741_824).map((bytes) => ({ kind: 'fixed' as const, bytes }));
  const builtIn = fc.constantFrom('websearch', 'imc10', 'w3').map((source) => {
    return { kind: 'distribution' as const, source, distribution: builtInDistribution(source) };
  });
  const own = fc.constant({ kind: 'distribution' as const, source: 'file:sizes.csv', distribution: SIZES });
  return fc.oneof(fixed, builtIn, own);
}

function anyArrivals(): fc.Arbitrary<Workload['arrivals']> {
  const times = {
    startNs: fc.nat(UNTIL_NS / 2),
    stopNs: fc.integer({ min: UNTIL_NS / 2 + 1, max: UNTIL_NS }),
  };
  const share = anyRatio.filter(({ numerator }) => numerator > 0);
  return fc.oneof(
    fc.record({
      kind: fc.constant('count' as const),
      count: fc.integer({ min: 1, max: 1000 }),
      startNs: times.startNs,
    }),
    fc.record({ kind: fc.constant('load' as const), load: share, ...times }),
    fc.record({
      kind: fc.constant('concurrency' as const),
      concurrency: fc.integer({ min: 1, max: 100 }),
      ...times,
    }),
  );
}

function anyExpectation(): fc.Arbitrary<Expectation> {
  const texts = [
    'completed == 100%',
    'goodput>=0.97',
    'latency.p99 < 1.5us',
    'dropped != 3',
    'workloads.w-0.span <= 1ms',
  ];
  return fc.constantFrom(...texts).map((text) => {
    const parsed = parseExpectation(text);
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.value;
  });
}

function indices(hosts: number): number[] {
  return Array.from({ length: hosts }, (_, host) => host);
}
