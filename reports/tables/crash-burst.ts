import type { PeerId, TelemetryEvent } from '../../protocol/index.ts';
import { runScenario } from '../../scenarios/run/index.ts';
import type { Simulation } from '../../scenarios/run/index.ts';
import { scenarioOf, worstQueue } from './measure.ts';
import { QueueProbe } from './queue-probe.ts';
import type { QueueFigures } from './queue-probe.ts';

export interface CrashBurstOrder {
  /** Hosts that call, and peers that they call. */
  callers: number;
  peers: number;
  /** Exchanges of each caller. */
  count: number;
  /** What a port of the switch holds, and what may wait there unmarked, as a scenario says it. */
  port: string;
  /** Peers that go down, at `crashAtNs`, and how many of them come back `restartNs` later. */
  crashed: number;
  restarted: number;
  crashAtNs: number;
  restartNs: number;
  peerTimeoutNs: number;
  seed: number;
}

/** A burst in which peers crash, against the same burst in which none does. REQ HEALTH-1, HEALTH-7, HEALTH-12, TEST-I5 */
export interface CrashBurstFigures {
  /** Last completion of an exchange with a peer that lives on, from the beginning: without and with crashes. */
  calmNs: number;
  crashNs: number;
  ratio: number;
  /** Exchanges with peers that live on that did not complete. */
  lostElsewhere: number;
  /** How exchanges with peers that crashed ended; `unended`: they have not. */
  ends: Record<string, number>;
  unended: number;
  /** From the restart of a peer until a caller that had given it up knew that it is back: the longest. */
  noticedNsMax: number;
  /** Callers that had given up a peer that came back, and never noticed. */
  unnoticed: number;
  queue: QueueFigures;
}

/** Goes on until every caller has probed who came back. */
const AFTER_TIMEOUTS = 4;

/** @throws Error if a run violates an invariant: it has no figures */
export async function measureCrashBurst(order: CrashBurstOrder): Promise<CrashBurstFigures> {
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
    calmNs,
    crashNs,
    ratio: crashNs / calmNs,
    lostElsewhere: crash.ends.filter((end) => lives(end) && end.reason !== 'answered').length,
    ends: countBy(gone.map(({ reason }) => reason)),
    unended: begun - crash.ends.length,
    ...noticing(order, crash),
    queue: worstQueue([calm.queue, crash.queue]),
  };
}

/** When callers that had given up a peer knew that it is back. */
function noticing(order: CrashBurstOrder, { changes }: Burst): { noticedNsMax: number; unnoticed: number } {
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
}

/** What one run came to; peers count from 0. */
interface Burst {
  ends: Ended[];
  changes: Changed[];
  queue: QueueFigures;
}

async function burst(order: CrashBurstOrder, crashes: boolean): Promise<Burst> {
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
            changes.push({ caller, peer: hostOf(event.peer), atNs: event.atNs, to: event.to });
        },
        { names: ['exchangeAnswered', 'exchangeFailed', 'peerChanged'], depth: 1 << 20 },
      );
    }
  };
  const probe = new QueueProbe();
  const { result } = await runScenario(scenarioOf(textOf(order, crashes)), {
    extensions: [{ path: 'crash-burst', extend: subscribe }, probe],
  });
  const [violation] = result.violations;
  if (violation !== undefined) throw new Error(violation.message);
  return {
    ends: ends.filter(({ peer }) => peer < order.peers),
    changes: changes.filter(({ peer }) => peer < order.crashed),
    queue: probe.figures(),
  };
}

function reasonOf(event: TelemetryEvent): string {
  return event.name === 'exchangeFailed' ? event.reason : 'answered';
}

/** A last call, long after, keeps the run going until probes had their time. */
function textOf(order: CrashBurstOrder, crashes: boolean): string {
  const { callers, peers, count, crashed, restarted, crashAtNs, restartNs, peerTimeoutNs, port, seed } =
    order;
  const endNs = crashAtNs + restartNs + AFTER_TIMEOUTS * peerTimeoutNs;
  const back = `host[${callers}..${callers + restarted - 1}]`;
  const gone = `host[${callers + restarted}..${callers + crashed - 1}]`;
  return `
version: 1
scenario: crash-burst
seed: ${seed}
until: 10s
topology: { kind: star, hosts: ${callers + peers + 1}, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: unlimited, ${port} } }
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
