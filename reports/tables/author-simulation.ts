import { Rng } from '../../sim/random/rng.ts';
import { measureScenario, scenarioOf, worstQueue } from './measure.ts';
import type { Measured } from './measure.ts';
import { publishedFile } from './published.ts';
import type { PacketRange, PublishedAuthorSimulation } from './published.ts';
import { meanOf, quantileOf } from './statistics.ts';
import type { MeasureOptions, Sample, TableSpec, Theirs } from './table-spec.ts';

const published = publishedFile<PublishedAuthorSimulation>('author-simulation');
const PATTERNS = 200;
const { elapsedMs, droppedPackets, lossPatterns } = published;
const { over200LossPatterns: over200 } = elapsedMs;

const theirs = (value: number): Theirs => ({ value, of: 'published' });

/** The echo through a network that drops what the server sends, by number. */
export const authorSimulation: TableSpec = {
  name: 'author-simulation',
  title: 'An echo of 256 KiB through loss by packet index',
  source: published.source,
  figures: [
    { key: 'elapsed', title: 'elapsed', unit: 'ms', better: 'lower' },
    { key: 'p50', title: 'elapsed, p50', unit: 'ms', better: 'lower' },
    { key: 'p90', title: 'elapsed, p90', unit: 'ms', better: 'lower' },
    { key: 'p99', title: 'elapsed, p99', unit: 'ms', better: 'lower' },
    { key: 'max', title: 'elapsed, max', unit: 'ms', better: 'lower' },
    { key: 'packets', title: 'packets sent, both hosts', unit: 'packets', better: 'lower' },
    { key: 'lost', title: 'of those dropped', unit: 'packets', better: 'lower' },
  ],
  rows: [
    { key: 'no-loss', title: 'no loss', theirs: { elapsed: theirs(elapsedMs.noLoss) } },
    { key: 'sporadic-loss', title: 'sporadic loss', theirs: { elapsed: theirs(elapsedMs.sporadicLoss) } },
    { key: 'initial-loss', title: 'initial loss', theirs: { elapsed: theirs(elapsedMs.initialLoss) } },
    {
      key: 'patterns',
      title: 'loss patterns',
      theirs: {
        elapsed: theirs(over200.mean),
        p50: theirs(over200.p50),
        p90: theirs(over200.p90),
        p99: theirs(over200.p99),
        max: theirs(over200.max),
      },
    },
  ],
  notes: (scale) => [
    'Two hosts at one switch, 250 µs for each cable: 500 µs one way. 25 Gbit/s, MTU 1500. Elapsed: from the call, before the two have exchanged anything, to the whole response.',
    'The first three rows drop the packets that the public tests list; their seed changes nothing but keys.',
    `The row of ${patternsOf(scale)} patterns draws them anew for each seed, as the generator of the public tests does: 0 to ${lossPatterns.runsMax} runs of ${lossPatterns.runLengths.join(' to ')} packets, alternately passed and dropped. Theirs were other patterns of the same kind. Elapsed in that row is the mean.`,
    'Packets are counted by index as they are: theirs and ours carry different frames, so the same index need not hit the same thing. No count of packets is published.',
  ],
  measure,
};

function patternsOf(scale: number): number {
  return Math.max(1, Math.round(PATTERNS * scale));
}

async function measure(row: string, seed: number, { scale, onProgress }: MeasureOptions): Promise<Sample> {
  if (row !== 'patterns') {
    const ranges = {
      'sporadic-loss': droppedPackets.sporadicLoss,
      'initial-loss': droppedPackets.initialLoss,
    };
    const measured = await echo(seed, packetsOf(ranges[row as keyof typeof ranges] ?? []));
    return { figures: figuresOf([measured], false), queue: measured.queue };
  }
  const rng = new Rng(seed).fork('loss-patterns');
  const runs: Measured[] = [];
  const count = patternsOf(scale);
  for (let i = 0; i < count; i += 1) {
    runs.push(await echo(seed, drawPattern(rng.fork(`pattern/${i}`))));
    onProgress?.((i + 1) / count);
  }
  return { figures: figuresOf(runs, true), queue: worstQueue(runs.map(({ queue }) => queue)) };
}

function figuresOf(runs: readonly Measured[], spread: boolean): Record<string, number> {
  const elapsed = runs.map(({ exchanges }) => (exchanges[0]?.latencyNs ?? 0) / 1e6);
  return {
    elapsed: meanOf(elapsed),
    ...(spread && {
      p50: quantileOf(elapsed, 0.5),
      p90: quantileOf(elapsed, 0.9),
      p99: quantileOf(elapsed, 0.99),
      max: Math.max(...elapsed),
    }),
    packets: meanOf(runs.map(({ result }) => result.packets.sent)),
    lost: meanOf(runs.map(({ result }) => result.packets.dropped)),
  };
}

function echo(seed: number, packets: readonly number[]): Promise<Measured> {
  const faults =
    packets.length === 0
      ? ''
      : `faults: [{ kind: loss, packets: [${packets.join(', ')}], on: from(host[1]) }]\n`;
  return measureScenario(
    scenarioOf(`
version: 1
scenario: author-simulation
seed: ${seed}
until: 60s
topology: { kind: star, hosts: 2, link: { rate: 25Gbps, delay: 250us, mtu: 1500 }, switch: { buffer: unlimited } }
workload:
  - { name: echo, pattern: unary, from: host[0], to: host[1], request: 256KiB, response: 256KiB, count: 1 }
${faults}`),
  );
}

/** Numbers of packets from 1, as faults list them, of ranges of indices from 0. */
export function packetsOf(ranges: readonly PacketRange[]): number[] {
  return ranges.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i + 1));
}

/** What one pattern drops: runs of 0 to 10 packets, alternately passed and dropped, the first passed. */
export function drawPattern(rng: Rng): number[] {
  const [shortest, longest] = lossPatterns.runLengths;
  const runs = rng.below(lossPatterns.runsMax + 1);
  const ranges: PacketRange[] = [];
  let at = 0;
  for (let run = 0; run < runs; run += 1) {
    const drawn = shortest + rng.below(longest - shortest + 1);
    const length = at > 0 ? Math.max(1, drawn) : drawn;
    if (run % 2 === 1) ranges.push([at, at + length]);
    at += length;
  }
  return packetsOf(ranges);
}
