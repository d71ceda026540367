import { measureScenario, scenarioOf } from './measure.ts';
import type { MeasureOptions, Sample, TableSpec } from './table-spec.ts';

const EXCHANGES = 1000;
const RESPONSE_BYTES = 64_000;
const RATE_BPS = 100e9;
/** What any protocol needs around payload: headers of 40 bytes in packets of 1500. */
const WIRE_BYTES_PER_PAYLOAD = 1500 / 1460;

/** Room at a port, and what may wait there unmarked. */
export const PORTS: Readonly<Record<'deep' | 'shallow', string>> = {
  deep: 'port: 500KB, ecn: 75KB',
  shallow: 'port: 8packets, ecn: 4500B',
};

/** Of simulated time, at scale 1, for senders that decide alone: about twice the lower bound. */
const LIMIT_NS = 10_000_000;

const GOALS = {
  goodput: { value: 0.98, of: 'goal' },
  completion: { value: 1.05, of: 'goal' },
  drops: { value: 0, of: 'goal' },
} as const;

/** Ten thousand exchanges at one instant. REQ PERF-1, PERF-2, TEST-P1, TEST-P6 */
export const burst: TableSpec = {
  name: 'burst',
  title: 'A burst of 10,000 exchanges from 10 hosts to 200 peers, 16 KB there and 64 KB back',
  source: 'A goal of our own: what dcQUIC v2 exists for',
  figures: [
    { key: 'goodput', title: 'goodput: useful packets of all packets', unit: '%', better: 'higher' },
    { key: 'completion', title: 'completion over its lower bound', unit: '', better: 'lower' },
    { key: 'span', title: 'completion', unit: 'ms', better: 'lower' },
    { key: 'completed', title: 'completed within the time limit', unit: '%', better: 'higher' },
    { key: 'drops', title: 'dropped for want of room', unit: 'packets', better: 'lower' },
  ],
  rows: [
    { key: 'deep', title: '500 KB for each port', theirs: GOALS },
    { key: 'shallow', title: '8 packets for each port', theirs: GOALS },
    { key: 'deep-alone', title: '500 KB, senders decide alone', theirs: {} },
    { key: 'shallow-alone', title: '8 packets, senders decide alone', theirs: {} },
  ],
  notes: (scale) => [
    `All hosts at one switch, 100 Gbit/s; ${exchangesOf(scale)} exchanges of each of the ten hosts, all begun at 0, with peers that have not met before.`,
    'The lower bound: the answers to one host, in packets of 1500 bytes with 40 bytes of headers, at the rate of its link.',
    `Senders decide alone: \`endpoint.control: sender-burst\`, the way of the protocol before: each sends at once what it has and infers losses itself. It does not come to an end; what it had come to after ${(LIMIT_NS * scale) / 1e6} ms, twice as long as the others take, is shown.`,
  ],
  measure,
};

function exchangesOf(scale: number): number {
  return Math.max(1, Math.round(EXCHANGES * scale));
}

async function measure(row: string, seed: number, { scale, onProgress }: MeasureOptions): Promise<Sample> {
  const count = exchangesOf(scale);
  const [port, alone] = row.split('-') as [keyof typeof PORTS, string | undefined];
  const isAlone = alone !== undefined;
  const scenario = scenarioOf(`
version: 1
scenario: burst
seed: ${seed}
until: ${isAlone ? LIMIT_NS * scale : 100_000_000}ns
topology: { kind: star, hosts: 210, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: unlimited, ${PORTS[port]} } }
${isAlone ? 'endpoint: { control: sender-burst }' : ''}
workload:
  - { name: burst, pattern: unary, from: host[0..9], to: host[10..209], request: 16KB, response: 64KB, count: ${count} }
`);
  const { result, queue } = await measureScenario(scenario, { onProgress, isCutOff: isAlone });
  const boundNs = (count * RESPONSE_BYTES * WIRE_BYTES_PER_PAYLOAD * 8e9) / RATE_BPS;
  const spanNs = result.workloads['burst']?.spanNs ?? 0;
  return {
    figures: {
      goodput: result.goodput,
      ...(isAlone
        ? { completed: result.transfers.completed / result.transfers.started }
        : { completion: spanNs / boundNs, span: spanNs / 1e6 }),
      drops: queue.queueDrops,
    },
    queue,
  };
}
