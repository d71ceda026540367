import type { PeerId, TelemetryEvent } from '../protocol/index.ts';
import { parseScenario } from '../scenarios/language/index.ts';
import { runScenario } from '../scenarios/run/index.ts';
import type { Simulation } from '../scenarios/run/index.ts';

export interface FailingPeersOrder {
  /** Hosts that call, and peers that they call. */
  callers: number;
  peers: number;
  /** Exchanges of each caller. */
  count: number;
  /** Peers that go down, at `crashAtNs`, and how many of them come back `restartNs` later. */
  crashed: number;
  restarted: number;
  crashAtNs: number;
  restartNs: number;
  peerTimeoutNs: number;
  seed: number;
}

/** A burst in which peers crash, against the same burst in which none does. REQ HEALTH-1, HEALTH-7, HEALTH-12, TEST-I5 */
export interface FailingPeersFigures {
  order: FailingPeersOrder;
  /** Last completion of an exchange with a peer that lives on, from the beginning: without and with crashes. */
  calmNs: number;
  crashNs: number;
  ratio: number;
  /** Exchanges with peers that live on that did not complete. */
  lostElsewhere: number;
  /** How exchanges with peers that crashed ended; `unended`: they have not. */
  ends: Record<string, number>;
  unended: number;
  /** Changes of health of a peer that crashed, over all callers. */
  changes: Record<string, number>;
  /** From the restart of a peer until a caller that had given it up knew that it is back: the longest. */
  noticedNsMax: number;
  /** Callers that had given up a peer that came back, and never noticed. */
  unnoticed: number;
  probeIntervalNs: number;
  violations: number;
}

/** 10,000 exchanges of 10 hosts with 200 peers, of which 20 crash in mid-burst and half come back. */
export const FAILING_PEERS: FailingPeersOrder = {
  callers: 10,
  peers: 200,
  count: 1000,
  crashed: 20,
  restarted: 10,
  crashAtNs: 2_000_000,
  restartNs: 3_000_000,
  peerTimeoutNs: 1_000_000,
  seed: 1,
};

/** Goes on until every caller has probed who came back. */
const AFTER_TIMEOUTS = 4;

export async function measureFailingPeers(order: FailingPeersOrder): Promise<FailingPeersFigures> {
  const calm = await burst(order, false);
  const crash = await burst(order, true);
  const lives = (end: Ended): boolean => end.peer >= order.crashed;
  const lastOf = ({ ends }: Burst): number =>
    Math.max(...ends.filter((end) => lives(end) && end.reason === 'answered').map(({ atNs }) => atNs));
  const calmNs = lastOf(calm);
  const crashNs = lastOf(crash);
  const gone = crash.ends.filter((end) => !lives(end));
  const begun = order.callers * order.count;
  return {
    order,
    calmNs,
    crashNs,
    ratio: crashNs / calmNs,
    lostElsewhere: crash.ends.filter((end) => lives(end) && end.reason !== 'answered').length,
    ends: countBy(gone.map(({ reason }) => reason)),
    unended: begun - crash.ends.length,
    changes: countBy(crash.changes.map(({ change }) => change)),
    ...noticing(order, crash),
    probeIntervalNs: order.peerTimeoutNs,
    violations: calm.violations + crash.violations,
  };
}

/** When callers that had given up a peer knew that it is back. */
function noticing(order: FailingPeersOrder, { changes }: Burst): { noticedNsMax: number; unnoticed: number } {
  const backAt = order.crashAtNs + order.restartNs;
  let noticedNsMax = 0;
  let unnoticed = 0;
  for (let caller = 0; caller < order.callers; caller += 1) {
    for (let peer = 0; peer < order.restarted; peer += 1) {
      const mine = changes.filter((one) => one.caller === caller && one.peer === peer);
      if (!mine.some(({ to, atNs }) => to === 'failed' && atNs < backAt)) continue;
      const back = mine.find(({ to, atNs }) => atNs >= backAt && (to === 'healthy' || to === 'degraded'));
      if (back === undefined) unnoticed += 1;
      else noticedNsMax = Math.max(noticedNsMax, back.atNs - backAt);
    }
  }
  return { noticedNsMax, unnoticed };
}

interface Ended {
  peer: number;
  atNs: number;
  reason: string;
}

interface Changed {
  caller: number;
  peer: number;
  atNs: number;
  to: string;
  change: string;
}

/** What one run came to; peers count from 0. */
interface Burst {
  ends: Ended[];
  changes: Changed[];
  violations: number;
}

async function burst(order: FailingPeersOrder, crashes: boolean): Promise<Burst> {
  const parsed = parseScenario(textOf(order, crashes), 'failing-peers.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ends: Ended[] = [];
  const changes: Changed[] = [];
  const subscribe = ({ world }: Simulation): void => {
    for (let caller = 0; caller < order.callers; caller += 1) {
      const hostOf = (peer: PeerId): number => (world.hostOf(caller, peer) ?? 0) - order.callers;
      world.host(caller).pool.events.subscribe(
        (event) => {
          if (event.name === 'exchangeAnswered' || event.name === 'exchangeFailed')
            ends.push({ peer: hostOf(event.peer), atNs: event.atNs, reason: reasonOf(event) });
          else if (event.name === 'peerChanged')
            changes.push({
              caller,
              peer: hostOf(event.peer),
              atNs: event.atNs,
              to: event.to,
              change: `${event.from} → ${event.to}`,
            });
        },
        { names: ['exchangeAnswered', 'exchangeFailed', 'peerChanged'], depth: 1 << 20 },
      );
    }
  };
  const { result } = await runScenario(parsed.scenario, {
    extensions: [{ path: 'failing-peers', extend: subscribe }],
  });
  return {
    ends: ends.filter(({ peer }) => peer < order.peers),
    changes: changes.filter(({ peer }) => peer < order.crashed),
    violations: result.violations.length,
  };
}

function reasonOf(event: TelemetryEvent): string {
  return event.name === 'exchangeFailed' ? event.reason : 'answered';
}

/** A last call, long after, keeps the run going until probes had their time. */
function textOf(order: FailingPeersOrder, crashes: boolean): string {
  const { callers, peers, count, crashed, restarted, crashAtNs, restartNs, peerTimeoutNs, seed } = order;
  const endNs = crashAtNs + restartNs + AFTER_TIMEOUTS * peerTimeoutNs;
  const back = `host[${callers}..${callers + restarted - 1}]`;
  const gone = `host[${callers + restarted}..${callers + crashed - 1}]`;
  return `
version: 1
scenario: failing-peers
seed: ${seed}
until: 10s
topology: { kind: star, hosts: ${callers + peers + 1}, nics: 1, switch: { ecn: 75KB } }
endpoint: { peerTimeout: ${peerTimeoutNs}ns }
workload:
  - { name: burst, pattern: unary, from: 'host[0..${callers - 1}]', to: 'host[${callers}..${callers + peers - 1}]', request: 16KB, response: 64KB, count: ${count} }
  - { name: end, pattern: unary, from: 'host[0]', to: 'host[${callers + peers}]', request: 64B, response: 64B, count: 1, start: ${endNs}ns }
faults:${
    crashes
      ? `
  - { at: ${crashAtNs}ns, kind: crash, on: '${back}', restart: ${restartNs}ns }
  - { at: ${crashAtNs}ns, kind: crash, on: '${gone}' }`
      : ' []'
  }
`;
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

export function failingPeersLines(figures: FailingPeersFigures): string[] {
  const { order, calmNs, crashNs, ratio, ends, unended, changes, noticedNsMax, unnoticed } = figures;
  const ms = (ns: number): string => `${(ns / 1e6).toFixed(3)} ms`;
  const list = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ');
  const rows: [string, string][] = [
    ['exchanges', `${order.callers * order.count}, of ${order.callers} hosts with ${order.peers} peers`],
    [
      'crashes',
      `${order.crashed} peers at ${ms(order.crashAtNs)}; ${order.restarted} are back ${ms(order.restartNs)} later`,
    ],
    [`the other ${order.peers - order.crashed}, no crash`, `complete in ${ms(calmNs)}`],
    [
      `the other ${order.peers - order.crashed}, with crashes`,
      `complete in ${ms(crashNs)}: ${ratio.toFixed(3)} × (goal 1.1), ${figures.lostElsewhere} lost`,
    ],
    ['calls to crashed peers ended', `${list(ends)}; without an end: ${unended}`],
    ['health of crashed peers', list(changes)],
    [
      'recovery noticed after',
      `${ms(noticedNsMax)} at most (probe interval ${ms(figures.probeIntervalNs)}); never noticed: ${unnoticed}`,
    ],
    ['violations', String(figures.violations)],
  ];
  return rows.map(([what, value]) => `${what.padEnd(30)} ${value}`);
}
