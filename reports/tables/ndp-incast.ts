import { Rng } from '../../sim/random/rng.ts';
import { measureScenario, scenarioOf } from './measure.ts';
import { publishedFile } from './published.ts';
import type { PublishedIncast } from './published.ts';
import { meanOf } from './statistics.ts';
import type { MeasureOptions, Sample, TableSpec, Theirs } from './table-spec.ts';

const published = publishedFile<PublishedIncast>('ndp-incast');
const HOSTS = 432;

const ms = (seconds: number): Theirs => ({ value: seconds * 1000, of: 'NDP' });
const NO_DROPS: Theirs = { value: 0, of: 'goal' };

/** Incast into a shallow queue, without trimmed packets. */
export const ndpIncast: TableSpec = {
  name: 'ndp-incast',
  title: 'NDP, incast: fat tree of 432 hosts, 10 Gbit/s, 9000-byte packets, 8-packet queues',
  source: published.source,
  figures: [
    { key: 'slowest', title: 'slowest flow', unit: 'ms', better: 'lower' },
    { key: 'mean', title: 'mean flow', unit: 'ms', better: 'lower' },
    { key: 'fastest', title: 'fastest flow', unit: 'ms', better: 'lower' },
    { key: 'acknowledged', title: 'slowest, acknowledged', unit: 'ms', better: 'lower' },
    { key: 'drops', title: 'dropped for want of room', unit: 'packets', better: 'lower' },
  ],
  rows: published.rows.map(([senders, , , slowest]) => ({
    key: `senders-${senders}`,
    title: senders === 1 ? '1 sender' : `${senders} senders`,
    theirs: { slowest: ms(slowest), drops: NO_DROPS },
  })),
  notes: () => [
    'A flow is over when its last byte is at the receiver, as in the published data; `acknowledged`: when its sender knows. All begin at 0 and have not met before.',
    'Senders are drawn anew for each seed among the other 431 hosts. Cables take 1 µs, as in the published simulator. Its switches cut packets to their headers when a queue is full; here nothing is trimmed, a full queue drops. Eight packets of 9000 bytes are taken as 72,000 bytes for each port: theirs has a queue of its own for headers and control, and 301 announcements at once do not fit into eight packets of any size.',
    'The published fastest and mean flow depend on whom the receiver prefers and are no goal: shortest remaining first finishes one after the other, fair shares finish all at the end.',
  ],
  measure,
};

async function measure(row: string, seed: number, { scale, onProgress }: MeasureOptions): Promise<Sample> {
  const senders = Math.max(1, Math.round(Number(row.slice('senders-'.length)) * scale));
  const { exchanges, queue } = await measureScenario(
    scenarioOf(`
version: 1
scenario: ndp-incast
seed: ${seed}
until: 1s
topology: { kind: fat-tree, k: 12, link: { rate: 10Gbps, delay: 1us, mtu: 9000 }, switch: { buffer: unlimited, port: 72KB, ecn: 27KB, spray: packet } }
workload:
  - { name: incast, pattern: unary, from: [${drawSenders(senders, seed).join(', ')}], to: host[0], request: 450000B, response: 0B, count: 1 }
`),
    { onProgress },
  );
  const flows = exchanges.map(({ requestNs }) => requestNs / 1e6);
  return {
    figures: {
      slowest: Math.max(...flows),
      mean: meanOf(flows),
      fastest: Math.min(...flows),
      acknowledged: Math.max(...exchanges.map(({ latencyNs }) => latencyNs)) / 1e6,
      drops: queue.queueDrops,
    },
    queue,
  };
}

function drawSenders(count: number, seed: number): string[] {
  const others = Array.from({ length: HOSTS - 1 }, (_, i) => i + 1);
  new Rng(seed).fork('senders').shuffle(others);
  return others.slice(0, count).map((host) => `"host[${host}]"`);
}
