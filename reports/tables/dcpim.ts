import { builtInDistribution } from '../../scenarios/distributions/built-in.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import { BacklogProbe } from './backlog-probe.ts';
import { libraryScenario } from './library.ts';
import { measureScenario } from './measure.ts';
import { bestOf, publishedFile } from './published.ts';
import type { DcpimCell, PublishedDcpim } from './published.ts';
import { QueueProbe } from './queue-probe.ts';
import { meanOf, quantileOf } from './statistics.ts';
import type { MeasureOptions, RowSpec, Sample, TableSpec } from './table-spec.ts';
import { utilizationBound } from './utilization-bound.ts';
import { inWholePackets } from './whole-packets.ts';

const published = publishedFile<PublishedDcpim>('dcpim-fig3');
/** The set-up, at another load and of other length. */
const SCENARIO = 'leafspine-144';
const PACKET_BYTES = 1460;
/** Of a message, before it is pulled: a little less than one bandwidth-delay product, as the short flows of dcPIM. */
const EARLY = '64KB';
const PUBLISHED_FLOWS = 1e6;
const HOSTS = 144;
/** Simulated time at scale 1: until no more is offered. */
const OFFERED_NS = { imc10: 10e6, websearch: 24e6 } as const;
/** Of that time: what is offered before and after is not measured, but for the queues. */
const MEASURED_FROM = 0.2;
const MEASURED_TO = 0.75;

type Workload = keyof typeof OFFERED_NS;
const TITLES: Readonly<Record<Workload, string>> = { imc10: 'IMC10', websearch: 'web search' };

/** dcPIM, figure 3: slowdown and utilisation by load, two workloads. */
export const dcpim: TableSpec = {
  name: 'dcpim',
  title: 'dcPIM, figure 3: 144 hosts, leaf-spine, 100 and 400 Gbit/s',
  source: published.setup.source,
  figures: [
    { key: 'mean', title: 'slowdown, mean', unit: '', better: 'lower' },
    { key: 'p99', title: 'slowdown, p99', unit: '', better: 'lower' },
    { key: 'utilization', title: 'utilisation', unit: '%', better: 'higher' },
    { key: 'bound', title: 'utilisation, bound', unit: '%', better: 'higher' },
    { key: 'drops', title: 'dropped for want of room', unit: 'packets', better: 'lower' },
    { key: 'flows', title: 'flows measured', unit: '', better: 'higher' },
  ],
  rows: [...rowsOf('imc10', published.imc10), ...rowsOf('websearch', published.websearch)],
  notes: (scale) => [
    'Slowdown: from the offer of a message to the acknowledgement of its last byte at its sender (an empty response is one), over the published oracle: whole packets of 1460 bytes at 100 Gbit/s, the last one once more at each switch, the way there and back; of two hosts at one leaf, their own formula.',
    `Of a message, ${EARLY} may be sent before it is pulled, also to a peer that is new: less than one bandwidth-delay product, as dcPIM does with short flows.`,
    'Sizes are drawn from the published distribution and rounded to whole packets, as theirs are. Load counts 1500 bytes for 1460 of payload; destinations are uniform over the other hosts.',
    `Messages are offered for ${(OFFERED_NS.imc10 * scale) / 1e6} ms (IMC10) and ${(OFFERED_NS.websearch * scale) / 1e6} ms (web search); measured are those offered between ${MEASURED_FROM * 100} % and ${MEASURED_TO * 100} % of that time, all to their end. The authors run 1,000,000 flows of one seed from the empty network on, and measure those that end before the last is offered.`,
    'Utilisation as theirs: the share of the packets offered until the millionth flow is offered that have arrived then. Ours: 1 - b / (1,000,000 · mean size), with b the payload offered and not yet arrived, averaged over the measured time.',
    `Bound: the utilisation if no message ever waited, as a message of S bytes takes S at 100 Gbit/s to arrive, and half of it is missing meanwhile: 1 - ${HOSTS} · load · E[S²] / 2 E[S] / (1,000,000 · E[S]). Three published values are above it: 99.97 % (NDP) for IMC10 at 0.5, and 99.99 % (HPCC) for web search at 0.5 and 0.6. NDP and HPCC ran in simulators of their own, whose utilisation is read from files that are not published; the definition above is that of the authors' simulator. No transport reaches them by this definition; they are compared with all the same, and count as missed.`,
    'Theirs is the best of the four published columns. The fewest drops are a goal of our own: none, with 500 KB for each port.',
  ],
  measure,
};

function rowsOf(workload: Workload, cells: readonly DcpimCell[]): RowSpec[] {
  return cells.map(({ load, meanSlowdown, p99Slowdown, utilization }) => ({
    key: `${workload}-${load}`,
    title: `${TITLES[workload]}, load ${load}`,
    theirs: {
      mean: bestOf(meanSlowdown, 'lower'),
      p99: bestOf(p99Slowdown, 'lower'),
      utilization: bestOf(utilization, 'higher'),
      drops: { value: 0, of: 'goal' },
    },
  }));
}

async function measure(row: string, seed: number, { scale, onProgress }: MeasureOptions): Promise<Sample> {
  const [workload, load] = row.split('-') as [Workload, string];
  const stopNs = Math.round(OFFERED_NS[workload] * scale);
  const [fromNs, toNs] = [stopNs * MEASURED_FROM, stopNs * MEASURED_TO];
  const backlog = new BacklogProbe(fromNs, stopNs);
  const { exchanges, queue } = await measureScenario(scenario(workload, load, seed, stopNs), {
    probe: new QueueProbe(fromNs, stopNs),
    extensions: [backlog],
    onOffered: (bytes) => backlog.onOffered(bytes),
    onProgress,
  });
  const slowdowns = exchanges
    .filter(({ offeredNs }) => offeredNs >= fromNs && offeredNs < toNs)
    .map(({ slowdown }) => slowdown);
  const millionBytes = PUBLISHED_FLOWS * builtInDistribution(workload).meanBytes;
  return {
    figures: {
      mean: meanOf(slowdowns),
      p99: quantileOf(slowdowns, 0.99),
      utilization: 1 - backlog.meanBytes() / millionBytes,
      bound: boundOf(workload, Number(load)),
      drops: queue.queueDrops,
      flows: slowdowns.length,
    },
    queue,
  };
}

function boundOf(workload: Workload, load: number): number {
  return utilizationBound(builtInDistribution(workload).points, HOSTS, load, PUBLISHED_FLOWS);
}

function scenario(workload: Workload, load: string, seed: number, stopNs: number): Scenario {
  const sizes = inWholePackets(builtInDistribution(workload), PACKET_BYTES);
  const set = [
    'until=10s',
    `endpoint={ early: ${EARLY} }`,
    'workload[0].request=file:sizes.csv',
    `workload[0].load=${load}`,
  ];
  return libraryScenario(SCENARIO, seed, [...set, `workload[0].stop=${stopNs}ns`], sizes);
}
