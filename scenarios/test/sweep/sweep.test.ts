import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { afterAll, describe, expect } from 'vitest';
import type { Capsule } from '../../run/index.ts';
import { coldMarks, Journal, KeptCapsules, mergeShards, parseMarkNames, sweep } from '../../sweep/index.ts';
import type { SweepPlan, SweepSummary } from '../../sweep/index.ts';
import { worstOf } from '../../sweep/sweep-summary.ts';
import { fakeRun, FakeStations, planOf } from './fake.ts';

const root = mkdtempSync(join(tmpdir(), 'dcquic-sweep-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => mkdtempSync(join(root, 'shard-'));

interface Run {
  folder?: string;
  jobs?: number;
  picks?: Iterator<number>;
  /** Seeds after which it is stopped. */
  stopAfter?: number;
  order?: (seeds: number[]) => number[];
}

async function run(plan: SweepPlan, options: Run = {}): Promise<{ summary: SweepSummary; ran: number[] }> {
  const { folder, jobs = 2, picks, stopAfter = Infinity, order } = options;
  const stations = new FakeStations();
  const abort = new AbortController();
  const ran: number[] = [];
  const summary = sweep(plan, {
    jobs,
    open: stations.open,
    signal: abort.signal,
    onOutcome: ({ seed }) => ran.push(seed),
    ...(folder === undefined ? {} : { journal: new Journal(folder, plan) }),
    ...(order === undefined ? {} : { order }),
  });
  const choose =
    picks &&
    ((busy: readonly FakeStations['opened'][number][]) => busy[(picks.next().value as number) % busy.length]);
  stations.finishAll(choose, () => ran.length >= stopAfter);
  if (ran.length >= stopAfter) abort.abort();
  return { summary: await summary, ran };
}

describe('the summary of a sweep (REQ DST-9)', () => {
  test.prop([fc.integer({ min: 1, max: 4 }), fc.infiniteStream(fc.nat(100)), fc.boolean()])(
    'does not depend on how many run at once, nor on the order',
    async (jobs, picks, isReversed) => {
      const whole = await run(planOf(), { jobs: 1 });
      const order = (seeds: number[]): number[] => (isReversed ? seeds.reverse() : seeds);
      expect((await run(planOf(), { jobs, picks, order })).summary).toEqual(whole.summary);
    },
  );

  test('counts, spreads and marks are those of the runs', async () => {
    const { summary } = await run(planOf());
    expect(summary).toMatchObject({ done: 20, missing: 0, passed: 18, verdict: 3 });
    expect(summary.failing.map(({ seed }) => seed)).toEqual([7, 14]);
    expect(summary.figures.slowdownP99).toEqual({ min: 1, minSeed: 1, median: 10.5, max: 20, maxSeed: 20 });
    expect(summary.figures.droppedPackets).toMatchObject({ min: 0, minSeed: 3, max: 2, maxSeed: 2 });
    expect(summary.marks).toEqual({ reached: [{ name: 'fifth', seeds: 4, firstSeed: 5 }], never: ['never'] });
  });

  test('its hash covers the result of every seed', async () => {
    const { summary } = await run(planOf());
    const other = await run(planOf({ seeds: { from: 1, to: 19 } }));
    expect(other.summary.hash).not.toBe(summary.hash);
  });

  test('the worst verdict is not deterministic, then invariant, then not live, then an expectation', () => {
    expect(worstOf([2, 4, 3, 5, 0])).toBe(5);
    expect(worstOf([2, 4, 3])).toBe(3);
    expect(worstOf([2, 4, 0])).toBe(4);
    expect(worstOf([0, 2])).toBe(2);
    expect(worstOf([])).toBe(0);
  });
});

describe('the journal (REQ DST-9)', () => {
  test.prop([fc.integer({ min: 0, max: 20 }), fc.nat(300)])(
    'a sweep that ended anywhere, also within a line, goes on and ends as an unbroken one',
    async (stopAfter, torn) => {
      const whole = await run(planOf());
      const folder = newFolder();
      await run(planOf(), { folder, stopAfter });
      const file = join(folder, 'journal.jsonl');
      truncateSync(file, Math.max(0, readFileSync(file).length - torn));
      const again = await run(planOf(), { folder });
      expect(again.summary).toEqual(whole.summary);
      const third = await run(planOf(), { folder });
      expect(third).toEqual({ summary: whole.summary, ran: [] });
    },
  );

  test('only the seeds that are missing are run', async () => {
    const folder = newFolder();
    const first = await run(planOf(), { folder, stopAfter: 9 });
    const second = await run(planOf(), { folder });
    expect([...first.ran, ...second.ran].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(second.ran).toHaveLength(11);
  });

  test.each<[what: string, changes: Partial<SweepPlan>, message: string]>([
    ['another scenario', { scenario: 'large' }, 'of the scenario small, not large'],
    ['a changed scenario', { scenarioHash: 'cc' }, 'another content of the scenario small'],
    ['another range', { seeds: { from: 1, to: 21 } }, 'of seeds 1..20, not 1..21'],
    ['another shard', { shard: { index: 2, count: 3 } }, 'of shard 1/1, not shard 2/3'],
    ['other options', { set: ['topology.hosts=3'] }, 'of no --set, not --set topology.hosts=3'],
    ['other modules', { modules: [{ path: 'x.mjs', hash: 'a' }] }, 'of no --with, not --with x.mjs'],
    ['another build', { build: 'zz' }, 'of another build of dcquic'],
  ])('of %s is refused', async (_, changes, message) => {
    const folder = newFolder();
    await run(planOf(), { folder });
    expect(() => new Journal(folder, planOf(changes))).toThrow(message);
  });

  test('a scenario file that was only moved is the same sweep', async () => {
    const folder = newFolder();
    await run(planOf(), { folder });
    expect((await run(planOf({ file: 'elsewhere/small.yaml' }), { folder })).ran).toEqual([]);
  });

  test.each<[what: string, line: string, message: RegExp]>([
    ['a damaged line', '{"seed":3,', /journal\.jsonl:\d+ is not what dcquic writes/],
    [
      'a second, different result of a seed',
      '{"seed":3,"verdict":0,"resultHash":"x","marks":[]}',
      /seed 3 had another result/,
    ],
  ])('with %s in it is refused', async (_, line, message) => {
    const folder = newFolder();
    await run(planOf(), { folder });
    appendFileSync(join(folder, 'journal.jsonl'), `${line}\n{"declared":[]}\n`);
    expect(() => new Journal(folder, planOf())).toThrow(message);
  });

  test.each(['my diary\n', 'my diary'])('a file that is no journal is refused, not overwritten', (text) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'journal.jsonl'), text);
    expect(() => new Journal(folder, planOf())).toThrow('is not the journal of a sweep');
    expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toBe(text);
  });
});

describe('merged shards (REQ DST-9)', () => {
  async function shardFolders(count: number, changes: Partial<SweepPlan> = {}): Promise<string[]> {
    const folders = Array.from({ length: count }, newFolder);
    for (const [i, folder] of folders.entries()) {
      await run(planOf({ ...changes, shard: { index: i + 1, count } }), { folder });
    }
    return folders;
  }

  test('have the summary of the whole, in whatever order they are named', async () => {
    const folders = await shardFolders(3);
    const whole = await run(planOf());
    const merged = mergeShards(folders.toReversed());
    expect(merged.summary).toEqual(whole.summary);
    expect([1, 2, 3, 14].map((seed) => folders.indexOf(merged.folderOf(seed) ?? ''))).toEqual([0, 1, 2, 1]);
  });

  test('are refused if one is missing, there twice, unfinished or of another sweep, by name', async () => {
    const [a = '', b = '', c = ''] = await shardFolders(3);
    expect(() => mergeShards([a, c])).toThrow('shards are missing: 2/3');
    expect(() => mergeShards([a, b, c, b])).toThrow(`shard 2/3 is there twice: ${b} and ${b}`);
    const unfinished = newFolder();
    await run(planOf({ shard: { index: 2, count: 3 } }), { folder: unfinished, stopAfter: 2 });
    expect(() => mergeShards([a, unfinished, c])).toThrow(`${unfinished} is not finished: 5 of its seeds`);
    const [, other = ''] = await shardFolders(2);
    expect(() => mergeShards([a, other])).toThrow(`${a} is a shard of 3, ${other} one of 2`);
    const [stranger = ''] = await shardFolders(1, { seeds: { from: 2, to: 20 } });
    expect(() => mergeShards([a, stranger])).toThrow('are of different sweeps: seeds 1..20, not 2..20');
    expect(() => mergeShards([newFolder()])).toThrow('has no journal of a sweep');
  });
});

describe('capsules', () => {
  const capsule = {} as Capsule;

  test.prop([fc.uniqueArray(fc.nat(1000), { maxLength: 30 }), fc.nat(30)])(
    'are kept of the lowest failing seeds, whichever failed first, with or without a break',
    (seeds, breakAt) => {
      const files = new Set<number>();
      const store = {
        write: (seed: number) => files.add(seed),
        remove: (seed: number) => files.delete(seed),
      };
      const before = seeds.slice(0, breakAt);
      const first = new KeptCapsules(store, [], 5);
      for (const seed of before) first.keep(seed, capsule);
      const failed = before.map((seed) => ({ ...fakeRun(seed).outcome, verdict: 3 as const }));
      const second = new KeptCapsules(store, failed, 5);
      for (const seed of seeds.slice(breakAt)) second.keep(seed, capsule);
      const lowest = seeds.toSorted((a, b) => a - b).slice(0, 5);
      expect([...files].sort((a, b) => a - b)).toEqual(lowest);
    },
  );
});

describe('required marks (REQ DST-10)', () => {
  test('one that no seed reached is cold, and one that nobody knows is told apart', async () => {
    const { summary } = await run(planOf());
    expect(coldMarks(['fifth', 'never', 'fith'], summary)).toEqual([
      { name: 'never', isDeclared: true },
      { name: 'fith', isDeclared: false },
    ]);
  });

  test('a gate file has a name on each line', () => {
    expect(parseMarkNames('# of incasts\npulled-again\n\n  link-lost # always\r\n')).toEqual([
      'pulled-again',
      'link-lost',
    ]);
  });
});
