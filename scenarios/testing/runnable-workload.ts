import fc from 'fast-check';
import type { Arrivals, MessageSize, Topology, UnaryWorkload } from '../language/index.ts';
import { inlineRoom } from '../../protocol/control/room.ts';
import { RECORD_PLAIN_BYTES } from '../../protocol/records/layout.ts';
import { atScale } from './scale.ts';

/** Of one workload, both directions together: what a run of tens of milliseconds can carry. */
const PAYLOAD_BYTES_MAX = 400_000;
const EXCHANGES_MAX = 60;
const MESSAGE_BYTES_MAX = 150_000;
const START_NS_MAX = 1_000_000;
/** From what no exchange can keep to what most do. */
const DEADLINE_NS_MIN = 1000;
const DEADLINE_NS_MAX = 2_000_000;
/** Headers of packets, of their frames and of messages take up to so much. */
const EDGE_BYTES = 200;
/** Of IP and UDP. */
const HEADER_BYTES = 28;
/** Headers as long as they can be leave so much free. */
const INLINE_SLACK_BYTES = 60;

/** What a case switches on. */
export interface WorkloadFeatures {
  readonly arrivals: readonly Arrivals['kind'][];
  readonly isPrioritized: boolean;
  readonly isDependent: boolean;
  /** Callers may give exchanges up. */
  readonly isHasty: boolean;
}

/** @param isHasty whether callers may give exchanges up, in some of the cases. */
export function workloadFeatures(isHasty: fc.Arbitrary<boolean>): fc.Arbitrary<WorkloadFeatures> {
  return fc.record({
    arrivals: fc.subarray<Arrivals['kind']>(['count', 'load', 'concurrency'], { minLength: 1 }),
    isPrioritized: fc.boolean(),
    isDependent: fc.boolean(),
    isHasty,
  });
}

/** One to three workloads that a run can carry, named by their position. */
export function runnableWorkloads(
  topology: Topology,
  features: WorkloadFeatures,
): fc.Arbitrary<UnaryWorkload[]> {
  const workloads = fc.array(runnableWorkload(topology, features), { minLength: 1, maxLength: 3 });
  return workloads.map((list) =>
    list.map((workload, i) => ({
      ...workload,
      name: `w${i}`,
      after: i === 0 ? [] : workload.after.map((dependency) => ({ ...dependency, workload: `w${i - 1}` })),
    })),
  );
}

function runnableWorkload(topology: Topology, features: WorkloadFeatures): fc.Arbitrary<UnaryWorkload> {
  const { isPrioritized, isDependent, isHasty } = features;
  const dependency = fc.record({
    workload: fc.constant(''),
    wait: fc.constantFrom('response' as const, 'request' as const),
    cascade: fc.boolean(),
  });
  return fc
    .record({
      ends: ends(topology.hosts),
      request: messageBytes(topology.link.mtuBytes),
      response: messageBytes(topology.link.mtuBytes),
    })
    .chain(({ ends: { from, to }, request, response }) => {
      const exchangesMax = Math.floor(PAYLOAD_BYTES_MAX / (request + response + 1000) / from.length);
      return fc.record({
        name: fc.constant(''),
        pattern: fc.constant('unary' as const),
        from: fc.constant(from),
        to: fc.constant(to),
        request: fc.constant(fixed(request)),
        response: fc.constant(fixed(response)),
        arrivals: arrivals(features, topology, request, Math.max(1, Math.min(exchangesMax, EXCHANGES_MAX))),
        priority: isPrioritized ? fc.nat(7) : fc.constant(3),
        after: isDependent ? fc.array(dependency, { maxLength: 1 }) : fc.constant([]),
        ...(isHasty ? { deadlineNs: atScale(DEADLINE_NS_MIN, DEADLINE_NS_MAX) } : {}),
      });
    });
}

/** Sets of hosts, such that nobody calls itself alone. */
function ends(hosts: number): fc.Arbitrary<{ from: number[]; to: number[] }> {
  const all = Array.from({ length: hosts }, (_, host) => host);
  return fc
    .record({ from: fc.subarray(all, { minLength: 1 }), to: fc.subarray(all, { minLength: 1 }) })
    .filter(({ from, to }) => from.length > 1 || to.length > 1 || from[0] !== to[0]);
}

/** Of any size, and about as long as what travels inside an announcement, a datagram, one record, two records: the last that fits, or a little more. */
function messageBytes(mtuBytes: number): fc.Arbitrary<number> {
  const inlineEdge = fc
    .integer({ min: -2, max: INLINE_SLACK_BYTES })
    .map((bytes) => inlineRoom(mtuBytes - HEADER_BYTES) + bytes);
  const edge = fc
    .tuple(
      fc.constantFrom(mtuBytes, RECORD_PLAIN_BYTES, 2 * RECORD_PLAIN_BYTES),
      fc.integer({ min: -EDGE_BYTES, max: 16 }),
    )
    .map(([bytes, off]) => bytes + off);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: atScale(1, MESSAGE_BYTES_MAX) },
    { weight: 1, arbitrary: fc.oneof(edge, inlineEdge) },
  );
}

function fixed(bytes: number): MessageSize {
  return { kind: 'fixed', bytes };
}

/** About `exchangesMax` from each source at most. */
function arrivals(
  { arrivals: kinds }: WorkloadFeatures,
  { link }: Topology,
  requestBytes: number,
  exchangesMax: number,
): fc.Arbitrary<Arrivals> {
  const startNs = fc.oneof(fc.constant(0), atScale(1, START_NS_MAX));
  const rttNs = 4 * link.delayNs + (3000 * 8e9) / link.rateBps;
  const sendNs = Math.ceil(((requestBytes + 100) * 8e9) / link.rateBps);
  const wireNs = (requestBytes * 8e9 * link.mtuBytes) / (link.mtuBytes - 40) / link.rateBps;
  const of: Record<Arrivals['kind'], () => fc.Arbitrary<Arrivals>> = {
    count: () => fc.record({ kind: fc.constant('count' as const), count: atScale(1, exchangesMax), startNs }),
    load: () =>
      fc.record({ percent: fc.integer({ min: 1, max: 80 }), startNs }).map(({ percent, startNs: from }) => {
        // Of short messages a load offers at most one in each nanosecond.
        const gapNs = Math.max(1, (wireNs * 100) / percent);
        const lastsNs = Math.ceil(gapNs * exchangesMax);
        return {
          kind: 'load',
          load: { numerator: percent, denominator: 100 },
          startNs: from,
          stopNs: from + lastsNs,
        };
      }),
    concurrency: () =>
      fc.record({ concurrency: atScale(1, Math.ceil(exchangesMax / 4)), startNs }).map((drawn) => {
        const rounds = Math.max(1, Math.floor(exchangesMax / drawn.concurrency));
        const lastsNs = Math.ceil((rttNs + sendNs * drawn.concurrency) * rounds);
        return { kind: 'concurrency', ...drawn, stopNs: drawn.startNs + lastsNs };
      }),
  };
  // Of nothing there is no load.
  const possible = kinds.filter((kind) => kind !== 'load' || requestBytes > 0);
  if (possible.length === 0) return of.count();
  return fc.oneof(...(possible.map((kind) => of[kind]()) as [fc.Arbitrary<Arrivals>]));
}
