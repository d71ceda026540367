import type { Scenario } from '../../scenarios/language/index.ts';
import { measureScenario, scenarioOf, worstQueue } from './measure.ts';
import type { Measured } from './measure.ts';
import { quantileOf } from './statistics.ts';
import type { FigureSpec, MeasureOptions, Sample, TableSpec, Theirs } from './table-spec.ts';

const LEVELS = 8;
const STOP_NS = 10e6;
const RATIO_MAX = 2;
const SHARE_MIN = 0.05;
/** What is offered first finds an idle network. */
const WARM_NS = 200_000;

const goal = (value: number): Theirs => ({ value, of: 'goal' });
const guaranteed: Theirs = { value: SHARE_MIN, of: 'guaranteed' };
const levels = Array.from({ length: LEVELS }, (_, level) => level);

/** Levels of the row in which the others have nothing. */
const FOUR = [0, 2, 5, 7];
const sharesOf = (of: readonly number[]): Record<string, Theirs> =>
  Object.fromEntries(of.map((level) => [`share${level}`, guaranteed]));
const SHARES = sharesOf(levels);
const FOUR_SHARES = sharesOf(FOUR);

/** A small call under saturation by the lowest priority, and what each level gets when all want everything. REQ PERF-6, TEST-P4 */
export const priority: TableSpec = {
  name: 'priority',
  title: 'Priorities under saturation',
  source: 'A goal of our own',
  figures: [
    { key: 'ratio', title: 'p99 under saturation over p99 without', unit: '', better: 'lower' },
    { key: 'unloaded', title: 'p99 without load', unit: 'µs', better: 'lower' },
    { key: 'loaded', title: 'p99 under saturation', unit: 'µs', better: 'lower' },
    ...levels.map((level): FigureSpec => ({
      key: `share${level}`,
      title: `share of priority ${level}`,
      unit: '%',
      better: 'higher',
    })),
  ],
  rows: [
    { key: 'call', title: 'a call of 1 KB at priority 0', theirs: { ratio: goal(RATIO_MAX) } },
    { key: 'among', title: 'the same among all eight levels', theirs: { ratio: goal(RATIO_MAX) } },
    { key: 'levels', title: 'all eight levels to one host', theirs: SHARES },
    { key: 'uplink', title: 'all eight levels from one host', theirs: SHARES },
    { key: 'four', title: 'four of the levels to one host', theirs: FOUR_SHARES },
  ],
  notes: (scale) => [
    `All hosts at one switch, 100 Gbit/s, ${(STOP_NS * scale) / 1e6} ms. The call: 1 KB there and back, one at a time, with a host to which sixteen others send messages of 1 MB at priority 7, two each at a time; or to which all eight levels are sent.`,
    'The levels: to one host, eight others at each priority, messages of 200 KB, two each at a time; or from one host to eight others, sixteen at a time of each priority; or to one host at priorities 0, 2, 5 and 7 alone, whose shares must not depend on the others. Share: of the payload that had arrived when the last was offered.',
    'Guaranteed to each level that has something is a sixteenth of all but two grants (MUST SHARE-1); asked for are five in a hundred.',
  ],
  measure,
};

async function measure(row: string, seed: number, options: MeasureOptions): Promise<Sample> {
  const stopNs = Math.round(STOP_NS * options.scale);
  if (row === 'call')
    return measureCall(seed, stopNs, options, 18, [toOne('load', '1..16', '1MB', stopNs, 7)]);
  if (row === 'among') return measureCall(seed, stopNs, options, 2 + 8 * LEVELS, toOneAtEach(levels, stopNs));
  const loads =
    row === 'uplink'
      ? levels.map((level) => fromOne(level, stopNs))
      : toOneAtEach(row === 'four' ? FOUR : levels, stopNs);
  return measureShares(seed, stopNs, options, loads);
}

function toOne(name: string, from: string, request: string, stopNs: number, level: number): string {
  return `  - { name: ${name}, pattern: unary, from: host[${from}], to: host[0], request: ${request}, response: 0B, concurrency: 2, stop: ${stopNs}ns, priority: ${level} }`;
}

function toOneAtEach(of: readonly number[], stopNs: number): string[] {
  return of.map((level) =>
    toOne(`level${level}`, `${1 + 8 * level}..${8 + 8 * level}`, '200KB', stopNs, level),
  );
}

function fromOne(level: number, stopNs: number): string {
  return `  - { name: level${level}, pattern: unary, from: host[0], to: host[${1 + 8 * level}..${8 + 8 * level}], request: 200KB, response: 0B, concurrency: 16, stop: ${stopNs}ns, priority: ${level} }`;
}

async function measureCall(
  seed: number,
  stopNs: number,
  { onProgress }: MeasureOptions,
  hosts: number,
  loads: readonly string[],
): Promise<Sample> {
  const call = `  - { name: call, pattern: unary, from: host[${hosts - 1}], to: host[0], request: 1KB, response: 1KB, concurrency: 1, stop: ${stopNs}ns, priority: 0 }`;
  const idle = await measureScenario(scenario(hosts, seed, [call]));
  const busy = await measureScenario(scenario(hosts, seed, [call, ...loads]), { onProgress });
  const [unloaded, loaded] = [p99(idle), p99(busy)];
  return {
    figures: { ratio: loaded / unloaded, unloaded: unloaded / 1000, loaded: loaded / 1000 },
    queue: worstQueue([idle.queue, busy.queue]),
  };
}

/** Of the calls; ns. */
function p99({ exchanges }: Measured): number {
  const calls = exchanges.filter(({ workload, offeredNs }) => workload === 'call' && offeredNs >= WARM_NS);
  return quantileOf(
    calls.map(({ latencyNs }) => latencyNs),
    0.99,
  );
}

async function measureShares(
  seed: number,
  stopNs: number,
  { onProgress }: MeasureOptions,
  loads: readonly string[],
): Promise<Sample> {
  const { exchanges, queue } = await measureScenario(scenario(1 + 8 * LEVELS, seed, loads), { onProgress });
  const inTime = exchanges.filter(({ offeredNs, requestNs }) => offeredNs + requestNs <= stopNs);
  const figures: Record<string, number> = {};
  for (const level of levels) {
    if (!loads.some((load) => load.includes(`name: level${level},`))) continue;
    const count = inTime.filter(({ workload }) => workload === `level${level}`).length;
    figures[`share${level}`] = count / Math.max(1, inTime.length);
  }
  return { figures, queue };
}

function scenario(hosts: number, seed: number, workloads: readonly string[]): Scenario {
  return scenarioOf(`
version: 1
scenario: priority
seed: ${seed}
until: 10s
topology: { kind: star, hosts: ${hosts}, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: unlimited, port: 500KB, ecn: 75KB } }
workload:
${workloads.join('\n')}
`);
}
