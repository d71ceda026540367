import type { Scenario } from '../../scenarios/language/index.ts';
import { measureScenario, scenarioOf, worstQueue } from './measure.ts';
import type { Measured, MeasuredExchange } from './measure.ts';
import { meanOf, quantileOf } from './statistics.ts';
import type { MeasureOptions, Sample, TableSpec } from './table-spec.ts';

const [LEAVES, HOSTS_PER_LEAF] = [9, 16];
const HOSTS = LEAVES * HOSTS_PER_LEAF;
/** The cable between leaf0 and this spine has a tenth of its rate. */
const SLOW_SPINE = 'spine0';
const MESSAGE_BYTES = 500_000;
const STOP_NS = 4e6;
const COST_MAX = 0.05;

/** A permutation while one core link of 36 has a tenth of its rate. */
export const degradedLink: TableSpec = {
  name: 'degraded-link',
  title: 'A core link at a tenth of its rate, under a permutation at load 0.6',
  source: 'A goal of our own, after NDP (SIGCOMM 2017), which degrades one core link under a permutation',
  figures: [
    { key: 'others', title: 'cost to flows of other leaves, mean completion', unit: '%', better: 'lower' },
    { key: 'others-p99', title: 'cost to flows of other leaves, p99 completion', unit: '%', better: 'lower' },
    {
      key: 'through',
      title: 'cost to flows of the leaf itself, mean completion',
      unit: '%',
      better: 'lower',
    },
    { key: 'slowdown', title: 'slowdown without the fault, mean', unit: '', better: 'lower' },
    { key: 'degraded', title: 'slowdown with it, mean', unit: '', better: 'lower' },
  ],
  rows: [
    { key: 'packet', title: 'switches spray packets', theirs: { others: { value: COST_MAX, of: 'goal' } } },
    { key: 'ecmp', title: 'switches hash flows', theirs: { others: { value: COST_MAX, of: 'goal' } } },
    {
      key: 'paths',
      title: 'switches hash flows, 16 paths',
      theirs: { others: { value: COST_MAX, of: 'goal' }, through: { value: COST_MAX, of: 'goal' } },
    },
  ],
  notes: (scale) => [
    `Leaf-spine of ${HOSTS} hosts and 4 spines, 100 and 400 Gbit/s, 500 KB for each port. Host i sends to host i + ${HOSTS_PER_LEAF + 1} modulo ${HOSTS}: messages of ${MESSAGE_BYTES / 1000} KB, Poisson, load 0.6, for ${(STOP_NS * scale) / 1e6} ms. Both directions of the cable between leaf0 and ${SLOW_SPINE} have 40 of 400 Gbit/s.`,
    'Paths: each sender spreads the data to one peer over so many UDP flows, and avoids those whose data is pulled again (decision 31). Where switches spray each packet, a sender has no choice.',
    'Cost: completion time with the fault over that without it, same seed, less 1. Flows of other leaves neither begin nor end at leaf0.',
  ],
  measure,
};

async function measure(row: string, seed: number, { scale, onProgress }: MeasureOptions): Promise<Sample> {
  const stopNs = Math.round(STOP_NS * scale);
  const half = (offset: number) => ({ onProgress: (share: number) => onProgress?.(offset + share / 2) });
  const healthy = await measureScenario(scenario(row, seed, stopNs, false), half(0));
  const degraded = await measureScenario(scenario(row, seed, stopNs, true), half(0.5));
  const cost = (of: (run: Measured) => number): number => of(degraded) / of(healthy) - 1;
  return {
    figures: {
      others: cost((run) => meanOf(completions(run, isElsewhere))),
      'others-p99': cost((run) => quantileOf(completions(run, isElsewhere), 0.99)),
      through: cost((run) => meanOf(completions(run, (exchange) => !isElsewhere(exchange)))),
      slowdown: healthy.result.slowdown.mean,
      degraded: degraded.result.slowdown.mean,
    },
    queue: worstQueue([healthy.queue, degraded.queue]),
  };
}

function completions({ exchanges }: Measured, wanted: (exchange: MeasuredExchange) => boolean): number[] {
  return exchanges.filter(wanted).map(({ latencyNs }) => latencyNs);
}

function isElsewhere({ from, to }: MeasuredExchange): boolean {
  return from >= HOSTS_PER_LEAF && to >= HOSTS_PER_LEAF;
}

function scenario(spray: string, seed: number, stopNs: number, slow: boolean): Scenario {
  const flows = Array.from({ length: HOSTS }, (_, from) => {
    const to = (from + HOSTS_PER_LEAF + 1) % HOSTS;
    return `  - { name: flow-${from}, pattern: unary, from: host[${from}], to: host[${to}], request: ${MESSAGE_BYTES}B, response: 0B, load: 0.6, stop: ${stopNs}ns }`;
  });
  return scenarioOf(`
version: 1
scenario: degraded-link
seed: ${seed}
until: 1s
topology:
  kind: leaf-spine
  leaves: ${LEAVES}
  hostsPerLeaf: ${HOSTS_PER_LEAF}
  spines: 4
  link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }
  core: { rate: 400Gbps, delay: 650ns }
  switch: { buffer: unlimited, port: 500KB, ecn: 75KB, spray: ${spray === 'packet' ? spray : 'ecmp'} }
endpoint: { paths: ${spray === 'paths' ? 16 : 1} }
workload:
${flows.join('\n')}
${slow ? `faults: [{ kind: rate, rate: 1/10, on: link(leaf0, ${SLOW_SPINE}) }]` : ''}
`);
}
