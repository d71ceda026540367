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
const levels = Array.from({ length: LEVELS }, (_, level) => level);

/** A small call under saturation by the lowest priority, and what each level gets when all want everything. */
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
    {
      key: 'levels',
      title: 'all eight levels at once',
      theirs: Object.fromEntries(levels.map((level) => [`share${level}`, goal(SHARE_MIN)])),
    },
  ],
  notes: (scale) => [
    `All hosts at one switch, 100 Gbit/s, ${(STOP_NS * scale) / 1e6} ms. The call: 1 KB there and back, one at a time, with a host to which sixteen others send messages of 1 MB at priority 7, two each at a time.`,
    'The levels: to one host, eight others at each priority, messages of 200 KB, two each at a time. Share: of the payload that had arrived when the last was offered.',
  ],
  measure,
};

async function measure(row: string, seed: number, options: MeasureOptions): Promise<Sample> {
  const stopNs = Math.round(STOP_NS * options.scale);
  return row === 'call' ? measureCall(seed, stopNs, options) : measureLevels(seed, stopNs, options);
}

async function measureCall(seed: number, stopNs: number, { onProgress }: MeasureOptions): Promise<Sample> {
  const call = `  - { name: call, pattern: unary, from: host[17], to: host[0], request: 1KB, response: 1KB, concurrency: 1, stop: ${stopNs}ns, priority: 0 }`;
  const load = `  - { name: load, pattern: unary, from: host[1..16], to: host[0], request: 1MB, response: 0B, concurrency: 2, stop: ${stopNs}ns, priority: 7 }`;
  const idle = await measureScenario(scenario(18, seed, [call]));
  const busy = await measureScenario(scenario(18, seed, [call, load]), { onProgress });
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

async function measureLevels(seed: number, stopNs: number, { onProgress }: MeasureOptions): Promise<Sample> {
  const workloads = levels.map(
    (level) =>
      `  - { name: level${level}, pattern: unary, from: host[${1 + 8 * level}..${8 + 8 * level}], to: host[0], request: 200KB, response: 0B, concurrency: 2, stop: ${stopNs}ns, priority: ${level} }`,
  );
  const { exchanges, queue } = await measureScenario(scenario(1 + 8 * LEVELS, seed, workloads), {
    onProgress,
  });
  const inTime = exchanges.filter(({ offeredNs, requestNs }) => offeredNs + requestNs <= stopNs);
  const figures: Record<string, number> = {};
  for (const level of levels) {
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
