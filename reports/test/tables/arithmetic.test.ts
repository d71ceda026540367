import { describe, expect, test } from 'vitest';
import { builtInDistribution } from '../../../scenarios/distributions/built-in.ts';
import { parseDistribution } from '../../../scenarios/distributions/csv.ts';
import { Rng } from '../../../sim/random/rng.ts';
import { TABLES } from '../../tables/all.ts';
import { drawPattern, packetsOf } from '../../tables/author-simulation.ts';
import { bestOf } from '../../tables/published.ts';
import { quantileOfCounts } from '../../tables/queue-probe.ts';
import { comparedCells, missedBy, missedCells, recordOf } from '../../tables/record.ts';
import type { Samples } from '../../tables/record.ts';
import { estimate, quantileOf } from '../../tables/statistics.ts';
import type { TableSpec } from '../../tables/table-spec.ts';
import { recordMarkdown, recordText } from '../../tables/text.ts';
import { utilizationBound } from '../../tables/utilization-bound.ts';
import { inWholePackets } from '../../tables/whole-packets.ts';

const EMPTY_QUEUE = { p50Bytes: 0, p99Bytes: 0, busiestP99Bytes: 0, maxBytes: 0, queueDrops: 0, drops: 0 };

const SPEC: TableSpec = {
  name: 'made-up',
  title: 'Made up',
  source: 'nowhere',
  figures: [
    { key: 'time', title: 'time', unit: 'ms', better: 'lower' },
    { key: 'share', title: 'share', unit: '%', better: 'higher' },
    { key: 'extra', title: 'extra', unit: '', better: 'lower' },
  ],
  rows: [
    {
      key: 'a',
      title: 'row a',
      theirs: { time: { value: 10, of: 'somebody' }, share: { value: 0.9, of: 'somebody' } },
    },
    {
      key: 'b',
      title: 'row b',
      theirs: { time: { value: 10, of: 'somebody' }, extra: { value: 0, of: 'goal' } },
    },
  ],
  notes: () => ['a note'],
  measure: () => Promise.reject(new Error('not here')),
};
const RUN = { command: 'npm run tables -- made-up', commit: 'abc', node: '20', scale: 1, cpuSeconds: 1 };

function samplesOf(rows: Record<string, { time: number; share: number; extra: number }[]>): Samples {
  return new Map(
    Object.entries(rows).map(([row, figures]) => [
      row,
      figures.map((one, i) => ({
        seed: i + 1,
        sample: { figures: one, queue: { ...EMPTY_QUEUE, maxBytes: 100 * (i + 1), drops: 1 } },
      })),
    ]),
  );
}

describe('a figure', () => {
  test('has the mean of its seeds, and the interval of Student', () => {
    expect(estimate([4])).toEqual({ mean: 4, plusMinus: undefined });
    // Deviation sqrt(2), 12.706 for one degree of freedom.
    expect(estimate([3, 5])).toEqual({ mean: 4, plusMinus: (12.706 * Math.sqrt(2)) / Math.sqrt(2) });
    expect(estimate([1, 2, 3]).plusMinus).toBeCloseTo(4.303 / Math.sqrt(3), 12);
  });

  test('is missed by the share of theirs by which it is worse, in the direction that is worse', () => {
    expect(missedBy(10, 10, 'lower')).toBe(0);
    expect(missedBy(9, 10, 'lower')).toBe(0);
    expect(missedBy(11, 10, 'lower')).toBeCloseTo(0.1, 12);
    expect(missedBy(0.9, 0.9, 'higher')).toBe(0);
    expect(missedBy(0.81, 0.9, 'higher')).toBeCloseTo(0.1, 12);
    expect(missedBy(3, 0, 'lower'), 'of a goal of none').toBe(3);
  });
});

describe('a record', () => {
  const record = recordOf(
    SPEC,
    samplesOf({
      a: [
        { time: 11, share: 0.95, extra: 1 },
        { time: 13, share: 0.95, extra: 1 },
      ],
      b: [{ time: 9, share: 0.5, extra: 1 }],
    }),
    RUN,
  );

  test('says of each compared figure whether it is missed', () => {
    expect([comparedCells(record), missedCells(record)]).toEqual([4, 2]);
    const text = recordText(record);
    expect(text).toMatch(/row a +time +12\.00 ms +± 12\.71 ms +10\.00 ms \(somebody\) +missed by 20 %/);
    expect(text).toMatch(/row a +share +95\.00 % .* 90\.00 % \(somebody\) +at or above/);
    expect(text, 'of nothing there is no share').toMatch(/row b +extra .* 0 \(goal\) +missed by 1\.000/);
    expect(text).toMatch(/row b +time +9\.000 ms +one seed +10\.00 ms \(somebody\) +at or below/);
    expect(text).toContain('2 of 4 figures are at theirs or better, 2 missed.');
  });

  test('has the deepest queue of all seeds and the drops of all together', () => {
    expect(record.rows[0]?.queue).toMatchObject({ maxBytes: 200, drops: 2 });
  });

  test('names its command, commit and Node, so that it can be made again', () => {
    expect(recordMarkdown(record)).toContain('`npm run tables -- made-up`, scale 1, at abc on Node 20');
  });
});

test('queues: the depth at or below which a share of all looks lies', () => {
  // 97 looks at nothing, two at up to 128 bytes, one at up to 384.
  expect([0.5, 0.97, 0.98, 0.99, 1].map((q) => quantileOfCounts([97, 2, 0, 1], q))).toEqual([
    0, 0, 128, 128, 384,
  ]);
  expect(quantileOfCounts([], 0.99)).toBe(0);
});

test('quantiles are values that occurred', () => {
  expect([0.5, 0.9, 1].map((q) => quantileOf([4, 1, 3, 2], q))).toEqual([2, 4, 4]);
});

test('the best published column is the lowest of slowdowns and the highest of utilisations', () => {
  const figures = { homaAeolus: 2, ndp: 5, hpcc: 3, dcpim: 1 };
  expect(bestOf(figures, 'lower')).toEqual({ value: 1, of: 'dcPIM' });
  expect(bestOf(figures, 'higher')).toEqual({ value: 5, of: 'NDP' });
});

test('the bound of the utilisation is what messages on their way alone take from it', () => {
  // All of one size: on average half of a message of each sending host is missing, of a million.
  const one = [
    { bytes: 5000, cdf: 0 },
    { bytes: 5000, cdf: 1 },
  ];
  expect(utilizationBound(one, 100, 0.5, 1e6)).toBeCloseTo(1 - 25e-6, 12);
  // Unequal ones are more on their way: E[S²] / E[S] is 4/3 of the mean from 0 to twice the mean.
  const spread = [
    { bytes: 0, cdf: 0 },
    { bytes: 10_000, cdf: 1 },
  ];
  expect(1 - utilizationBound(spread, 100, 0.5, 1e6)).toBeCloseTo((25e-6 * 4) / 3, 12);
});

describe('sizes in whole packets', () => {
  test('are the nearest, each with the share that is drawn from half a packet around it', () => {
    const made = parseDistribution('bytes,cdf\n10,0.5\n30,0.75\n40,1\n', 'test');
    if (!made.ok) throw new Error('a distribution');
    const csv = inWholePackets(made.distribution, 10);
    // 10 up to 15: 0.5 + 0.25 / 4; 20 up to 25; 30 up to 35; the rest is 40.
    expect(csv).toBe(
      'bytes,cdf\n10,0\n10,0.5625\n20,0.5625\n20,0.6875\n30,0.6875\n30,0.875\n40,0.875\n40,1\n',
    );
  });

  test.each(['imc10', 'websearch'])('%s keeps its mean, and has nothing but whole packets', (name) => {
    const distribution = builtInDistribution(name);
    const rounded = parseDistribution(inWholePackets(distribution, 1460), name);
    if (!rounded.ok) throw new Error('a distribution');
    const { meanBytes } = rounded.distribution;
    expect(Math.abs(meanBytes / distribution.meanBytes - 1)).toBeLessThan(0.002);
    for (let i = 0; i < 1000; i += 1) expect(rounded.distribution.sample(i / 1000) % 1460).toBe(0);
  });
});

describe('loss patterns', () => {
  test('number packets from 1 where ranges count from 0', () => {
    expect(
      packetsOf([
        [0, 2],
        [4, 5],
      ]),
    ).toEqual([1, 2, 5]);
  });

  test('drop at most ten in a row, never all, and the first run passes', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const packets = drawPattern(new Rng(seed));
      let inARow = 0;
      packets.forEach((packet, i) => {
        inARow = packet === (packets[i - 1] ?? -1) + 1 ? inARow + 1 : 1;
        expect(inARow).toBeLessThanOrEqual(10);
      });
    }
  });
});

test('every table has rows of its own, and compares with figures that it has', () => {
  for (const { name, rows, figures } of TABLES) {
    const keys = rows.map(({ key }) => key);
    expect(new Set(keys).size, name).toBe(keys.length);
    const known = figures.map(({ key }) => key);
    for (const { theirs } of rows) for (const key of Object.keys(theirs)) expect(known, name).toContain(key);
  }
});
