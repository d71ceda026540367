import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../scenarios/distributions/package-root.ts';
import { loadScenario, parseScenario, type ParseResult } from '../scenarios/language/index.ts';
import { runScenario } from '../scenarios/run/index.ts';
import { runNodeJson } from './child.ts';

/** Set-up of dcPIM: 144 hosts, about 100,000 messages. */
const MESSAGES_SCENARIO = 'scenarios/library/leafspine-144.yaml';
const HOSTS = [16, 54, 144, 432] as const;
const KINDS = ['star', 'leaf-spine'] as const;
/** Of imc10 at load 0.6, acknowledgements included. */
const DELIVERIES_PER_HOST_US = 5.2;
/** Delivered before anything is measured, however many hosts and whatever the scale: that long code is still being compiled. */
const WARM_UP_PACKETS = 600_000;
/** What the load brings after that; some of it comes when the load is over already, and is not measured. */
const MEASURED_PACKETS = 1_200_000;
const ROUNDS = 3;

type Kind = (typeof KINDS)[number];

/** One run in a process of its own, on one core. */
export interface ScaleRun {
  messages: number;
  /** Packets delivered to hosts. */
  delivered: number;
  wallS: number;
  processorS: number;
  /** From the end of the warm-up to the end of the load: processor time per packet delivered. */
  nsPerPacket: number;
  /** Of the same packets: share of pairs of hosts that met for the first time, which costs some 30 us each. */
  meetingsPerPacket: number;
  /** Most memory the process ever had. */
  peakBytes: number;
  traceHash: string;
}

export interface ScaleRow extends ScaleRun {
  kind: Kind;
  hosts: number;
  hopsPerPacket: number;
}

export interface ScaleFigures {
  rows: ScaleRow[];
  /** Cost per packet with the most hosts / with the fewest, by kind. */
  growth: Record<Kind, number>;
  messages: ScaleRun & { scenario: string; deliveredPerSecond: number; deliveredPerProcessorSecond: number };
}

/** What a child process runs: a scenario of the library, from its beginning, or a network of that many hosts. */
export async function runOnce(
  order: string,
  scale: number,
  warmUpPackets: number = WARM_UP_PACKETS,
): Promise<ScaleRun> {
  const [kind = '', hosts = ''] = order.split(' ');
  const loaded =
    hosts === ''
      ? libraryRun(kind, scale)
      : parseScenario(
          networkText(kind as Kind, Number(hosts), warmUpPackets + MEASURED_PACKETS * scale),
          order,
        );
  const warmPackets = hosts === '' ? 0 : warmUpPackets;
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  const { scenario } = loaded;
  const arrivals = scenario.workloads[0]?.arrivals;
  const stopNs = arrivals?.kind === 'load' ? arrivals.stopNs : Number.POSITIVE_INFINITY;
  let count = (): { delivered: number; meetings: number } => ({ delivered: 0, meetings: 0 });
  const marks: { at: number; delivered: number; meetings: number }[] = [];
  const start = process.cpuUsage();
  const cpuUs = (): number => {
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const { result, exitCode } = await runScenario(scenario, {
    extensions: [
      {
        path: 'scale',
        extend: ({ network, world }) => {
          count = () => ({ delivered: network.statistics.deliveredPackets, meetings: world.meetings });
        },
      },
    ],
    onProgress: ({ simTimeNs }) => {
      const counts = count();
      // When no more messages come, hosts fall silent one by one, most of all where they are many, and the rest is cheap.
      if (counts.delivered >= warmPackets && simTimeNs <= stopNs) marks.push({ at: cpuUs(), ...counts });
    },
  });
  if (exitCode !== 0)
    throw new Error(`${order} ended with ${exitCode}: ${JSON.stringify(result.violations)}`);
  const [first, last] = [marks[0], marks.at(-1)];
  if (first === undefined || last === undefined || first === last)
    throw new Error('the run is too short to be measured');
  const packets = last.delivered - first.delivered;
  return {
    messages: result.transfers.completed,
    delivered: result.packets.delivered,
    wallS: result.wallMs / 1000,
    processorS: cpuUs() / 1e6,
    nsPerPacket: ((last.at - first.at) * 1000) / packets,
    meetingsPerPacket: (last.meetings - first.meetings) / packets,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    traceHash: result.traceHash,
  };
}

function libraryRun(file: string, scale: number): ParseResult {
  const set = scale < 1 ? [`workload[0].stop=${Math.round(19_000 * scale)}us`] : [];
  return loadScenario(join(packageRoot(), file), { set });
}

/** The same load at every host, whatever their number; as many packets in every run. */
function networkText(kind: Kind, hosts: number, packets: number): string {
  const perLeaf = hostsPerLeaf(hosts);
  const stopUs = Math.ceil(packets / (DELIVERIES_PER_HOST_US * hosts));
  const shape =
    kind === 'star'
      ? `kind: star, hosts: ${hosts}`
      : `kind: leaf-spine, leaves: ${hosts / perLeaf}, hostsPerLeaf: ${perLeaf}, spines: 4, core: { rate: 400Gbps, delay: 650ns }`;
  return `
version: 1
scenario: scale-${kind}-${hosts}
seed: 1
until: 1s
topology: { ${shape}, link: { rate: 100Gbps, delay: 650ns, mtu: 1500 }, switch: { buffer: unlimited, port: 500KB, ecn: 75KB } }
workload:
  - { name: flows, pattern: unary, from: all, to: all, request: imc10, response: 0B, load: 0.6, stop: ${stopUs}us }
`;
}

function hostsPerLeaf(hosts: number): number {
  return hosts === 16 ? 4 : hosts === 54 ? 6 : 16;
}

/** Of equally likely pairs of hosts. */
function hopsOf(kind: Kind, hosts: number): number {
  return kind === 'star' ? 2 : 4 - (2 * (hostsPerLeaf(hosts) - 1)) / (hosts - 1);
}

/** Objects that live for a message do not outlive so much garbage; V8 gives 16 MB, which costs a tenth more time. */
const YOUNG_MB = 32;

/** Every run is a process of its own, without helper threads: what it takes is what one core gives. */
async function inChild(order: string, scale: number): Promise<ScaleRun> {
  const main = fileURLToPath(new URL('./main.js', import.meta.url));
  return runNodeJson<ScaleRun>([
    '--single-threaded',
    `--max-semi-space-size=${YOUNG_MB}`,
    main,
    'scale-run',
    order,
    '--scale',
    String(scale),
  ]);
}

/** Cost per packet from 16 to 432 hosts with the real protocol, then 100,000 messages on 144 hosts. */
export async function measureScale(scale: number, onRow: (row: ScaleRow) => void): Promise<ScaleFigures> {
  const rows: ScaleRow[] = [];
  for (const kind of KINDS) {
    for (const hosts of HOSTS) {
      const runs: ScaleRun[] = [];
      for (let round = 0; round < ROUNDS; round++) runs.push(await inChild(`${kind} ${hosts}`, scale));
      const best = runs.toSorted((a, b) => a.nsPerPacket - b.nsPerPacket)[0] as ScaleRun;
      const row = { ...best, kind, hosts, hopsPerPacket: hopsOf(kind, hosts) };
      rows.push(row);
      onRow(row);
    }
  }
  const growth = (kind: Kind): number => {
    const costs = rows.filter((row) => row.kind === kind).map((row) => row.nsPerPacket);
    return (costs.at(-1) as number) / (costs[0] as number);
  };
  const run = await inChild(MESSAGES_SCENARIO, scale);
  return {
    rows,
    growth: { star: growth('star'), 'leaf-spine': growth('leaf-spine') },
    messages: {
      ...run,
      scenario: MESSAGES_SCENARIO,
      deliveredPerSecond: run.delivered / run.wallS,
      deliveredPerProcessorSecond: run.delivered / run.processorS,
    },
  };
}

export const SCALE_HEAD =
  'network      hosts  hops/packet  meetings/1000  ns of CPU per packet  per hop   peak MB   packets  messages';

export function scaleLine({
  kind,
  hosts,
  hopsPerPacket,
  meetingsPerPacket,
  nsPerPacket,
  peakBytes,
  delivered,
  messages,
}: ScaleRow): string {
  return [
    kind.padEnd(11),
    String(hosts).padStart(6),
    hopsPerPacket.toFixed(2).padStart(12),
    (1000 * meetingsPerPacket).toFixed(2).padStart(14),
    nsPerPacket.toFixed(0).padStart(21),
    (nsPerPacket / hopsPerPacket).toFixed(0).padStart(8),
    (peakBytes / 1e6).toFixed(0).padStart(9),
    String(delivered).padStart(9),
    String(messages).padStart(9),
  ].join(' ');
}

export function messagesLines({ growth, messages }: ScaleFigures): string[] {
  const {
    scenario,
    delivered,
    wallS,
    processorS,
    deliveredPerSecond,
    deliveredPerProcessorSecond,
    peakBytes,
  } = messages;
  const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
  return [
    `cost per packet, 432 hosts / 16 hosts: star ${growth.star.toFixed(2)}, leaf-spine ${growth['leaf-spine'].toFixed(2)}`,
    `${scenario}: ${thousands(messages.messages)} messages, ${thousands(delivered)} packet deliveries`,
    `  ${wallS.toFixed(1)} s on one core, ${processorS.toFixed(1)} s of processor time; peak ${(peakBytes / 1e6).toFixed(0)} MB`,
    `  ${thousands(deliveredPerSecond)} deliveries per second of wall time, ${thousands(deliveredPerProcessorSecond)} per second of processor time`,
  ];
}
