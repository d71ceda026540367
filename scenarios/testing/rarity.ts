import fc from 'fast-check';
import type { Nanos } from '../../protocol/index.ts';
import {
  slowestBps,
  type Arrivals,
  type Fault,
  type HostPlace,
  type Scenario,
  type Topology,
  type UnaryWorkload,
} from '../language/index.ts';

/** A scenario without what it is expected to come to. */
export type Drawn = Omit<Scenario, 'expectations'>;

/** Makes a scenario one in which something happens that random draws seldom come to. */
type Rarity = (drawn: Drawn) => fc.Arbitrary<Drawn>;

/** One case in so many is a rare one. */
const ONE_IN = 4;

/** So many hosts restart. */
const HOSTS_MAX = 3;
/** Of IP and UDP, and of a data packet whose offset is short. */
const PACKET_HEADER_BYTES = 28 + 16;

/** A timeout is so many round trips. */
const PATIENT_ROUND_TRIPS = 6;

/** As they are drawn, and some of them made rare ones. */
export function withRarities(drawn: Drawn): fc.Arbitrary<Drawn> {
  const rare = RARITIES.map((rarity) => ({ weight: 1, arbitrary: rarity(drawn) }));
  const usual = { weight: (ONE_IN - 1) * RARITIES.length, arbitrary: fc.constant(drawn) };
  return fc.oneof(usual, ...rare);
}

/** Hosts that restart again and again, within a round trip of what was said to them and by them. */
const restarts: Rarity = (drawn) => {
  const { topology, endpoint } = drawn;
  const rttNs = roundTripNs(topology, endpoint.hostDelayNs);
  const hosts = firstHosts(topology);
  const restart = fc
    .record({
      host: fc.nat(hosts.length - 1),
      // Tenths of a round trip.
      at: fc.integer({ min: 5, max: 200 }),
      restart: fc.constantFrom(0, 1, 5, 10, 20),
    })
    .map(({ host, at, restart: down }): Fault => ({
      kind: 'crash',
      atNs: Math.ceil((at * rttNs) / 10),
      restartNs: Math.ceil((down * rttNs) / 10) + 1,
      on: hostPlace([host]),
    }));
  const arrivals: Arrivals = { kind: 'concurrency', concurrency: 2, startNs: 0, stopNs: 25 * rttNs };
  const bytes = fc.constantFrom(100, 1000, 5000);
  // Who is slow restarts while it has a request, and has not answered it.
  const slow: Fault = {
    kind: 'slow-app',
    atNs: 0,
    forNs: 25 * rttNs,
    on: hostPlace(hosts),
    delayNs: rttNs,
  };
  return fc
    .record({
      faults: fc.array(restart, { minLength: 2, maxLength: 5 }),
      isSlow: fc.boolean(),
      request: bytes,
      response: bytes,
    })
    .map(({ faults, isSlow, request, response }) => ({
      ...drawn,
      faults: isSlow ? [slow, ...faults] : faults,
      workloads: [exchanges(hosts, hosts, request, response, arrivals)],
    }));
};

/** Messages that somebody tampers with until they are given up. */
const tampering: Rarity = (drawn) => {
  const bytes = fc.constantFrom(0, 30_000, 80_000);
  const on = { place: 'all' as const, hosts: allHosts(drawn.topology) };
  const of = (kind: 'corrupt' | 'duplicate', denominator: number): Fault => ({
    kind,
    atNs: 0,
    forNs: 20_000_000,
    on,
    rate: { numerator: 1, denominator },
  });
  return fc.record({ request: bytes, response: bytes }).map(({ request, response }) => ({
    ...drawn,
    topology: fast(drawn.topology),
    endpoint: { ...drawn.endpoint, hostDelayNs: 0 },
    faults: [of('corrupt', 8), of('duplicate', 8)],
    workloads: [exchanges([0], [1], request, response, atOnce(2))],
  }));
};

/** More packets between two hosts than any of them remembers. */
const many: Rarity = (drawn) =>
  fc.constant({
    ...drawn,
    topology: fast(drawn.topology),
    endpoint: { crypto: 'sim', hostDelayNs: 0, options: {} },
    faults: [],
    // Each fills a packet of its own.
    workloads: [exchanges([0], [1], 800, 0, atOnce(2400))],
  });

/** Hosts so far apart that a peer is probed before it can have answered. */
const distance: Rarity = (drawn) => {
  const hostDelayNs = 100_000;
  const peerTimeoutNs = PATIENT_ROUND_TRIPS * roundTripNs(drawn.topology, hostDelayNs);
  const { endpoint } = drawn;
  const options = { ...endpoint.options, peerTimeoutNs };
  return fc.constant({ ...drawn, endpoint: { ...endpoint, hostDelayNs, options } });
};

/** Pulls that end a byte behind a packet, so that there are packets, and gaps, of a single byte. */
const singleBytes: Rarity = (drawn) => {
  const { topology, endpoint } = drawn;
  const pullBytesMax = topology.link.mtuBytes - PACKET_HEADER_BYTES;
  const loss: Fault = {
    kind: 'loss',
    atNs: 0,
    forNs: 2_000_000,
    on: { place: 'all', hosts: allHosts(topology) },
    rate: { numerator: 1, denominator: 10 },
  };
  return fc.constant({
    ...drawn,
    endpoint: { ...endpoint, options: { ...endpoint.options, pullBytesMax, inlineBytesMax: 0 } },
    faults: [loss],
    workloads: [exchanges([0], [1], 16_000, 16_000, atOnce(5))],
  });
};

const RARITIES: readonly Rarity[] = [restarts, tampering, many, distance, singleBytes];

function exchanges(
  from: readonly number[],
  to: readonly number[],
  requestBytes: number,
  responseBytes: number,
  arrivals: Arrivals,
): UnaryWorkload {
  return {
    name: 'rare',
    pattern: 'unary',
    from: [...from],
    to: [...to],
    request: { kind: 'fixed', bytes: requestBytes },
    response: { kind: 'fixed', bytes: responseBytes },
    arrivals,
    priority: 3,
    after: [],
  };
}

function atOnce(count: number): Arrivals {
  return { kind: 'count', count, startNs: 0 };
}

function allHosts({ hosts }: Topology): number[] {
  return Array.from({ length: hosts }, (_, host) => host);
}

function firstHosts(topology: Topology): number[] {
  return allHosts(topology).slice(0, HOSTS_MAX);
}

function hostPlace(hosts: number[]): HostPlace {
  return { place: 'host', hosts };
}

/** So near and so fast that much fits into little time. */
function fast(topology: Topology): Topology {
  const core = { rateBps: 100e9, delayNs: 100 };
  const link = { ...core, mtuBytes: 1500 };
  return 'core' in topology ? { ...topology, link, core } : { ...topology, link };
}

/** Of packets that nothing is in the way of, on the longest path. */
function roundTripNs(topology: Topology, hostDelayNs: Nanos): Nanos {
  const cablesNs = 2 * topology.link.delayNs + ('core' in topology ? 2 * topology.core.delayNs : 0);
  const packetNs = (topology.link.mtuBytes * 8e9) / slowestBps(topology);
  return Math.ceil(2 * (cablesNs + hostDelayNs + 2 * packetNs));
}
