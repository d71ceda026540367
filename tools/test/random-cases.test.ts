import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCase, caseNames, type CaseOutcome } from '../determinism/cases.ts';
import { exitCodeOfCases, linesOf } from '../determinism/random-cases.ts';
import type * as SweepCases from '../determinism/sweep-cases.ts';
import { runSuite, type SuiteReport } from '../determinism/suite.ts';
import { waysHere, type Way } from '../determinism/ways.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'dist', 'tools', 'determinism', 'run-cases.js');

/** REQ DST-1. */
describe('random cases', () => {
  it('give the same traces in order, in another order, in a worker thread and in two', async () => {
    const names = [...caseNames(10).slice(0, 5), 'pipeline:1', 'counters:1', 'contention:1'];
    const report = await runSuite(names, waysHere(SCRIPT));
    expect(report.ways.map(({ problems }) => problems)).toEqual(report.ways.map(() => []));
    expect(report.ways.map(({ differing }) => differing)).toEqual(report.ways.map(() => []));
    expect(report.runs).toBe(names.length * 4);
  }, 60_000);

  it('are not all the same', async () => {
    const names = ['pipeline:1', 'pipeline:2', 'counters:1', 'counters:2', 'contention:1', 'contention:2'];
    const digests: (string | undefined)[] = [];
    for (const name of names) digests.push((await runCase(name)).trace?.digest);
    expect(digests).not.toContain(undefined);
    expect(new Set(digests).size).toBe(names.length);
  });
});

/** The built one: its threads run built code. */
const sweeps = (await import(pathToFileURL(join(SCRIPT, '..', 'sweep-cases.js')).href)) as typeof SweepCases;

describe('random scenarios that are swept', () => {
  it('give the traces that their seeds give alone, with one thread and with two. REQ DST-9', async () => {
    const { sweeps: found, runs } = await sweeps.checkSweeps({ scenarios: 1, seeds: 4 });
    expect(found).toEqual([1, 2].map((jobs) => ({ jobs, equal: 4, differing: [] })));
    expect(runs).toBe(12);
  }, 60_000);

  it('and do not, where a run alone is not the same', async () => {
    const alone = async ({ seed }: { seed: number }): Promise<string> => `other ${seed}`;
    const report = await sweeps.checkSweeps({ scenarios: 1, seeds: 2, alone });
    expect(report.sweeps.map(({ equal, differing }) => [equal, differing.length])).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(sweeps.sweepLines(report).join('\n')).toContain('--jobs 2, random-1, seed 1: other 1 alone');
  }, 60_000);
});

/** Cases that remember how many were run before them, and say so in their trace. */
function leakyWay(name: string, order: (names: readonly string[]) => string[]): Way {
  return {
    name,
    lanes: (names) => [order(names)],
    run: async ({ names, kept }, onOutcome) => {
      for (const [before, one] of names.entries()) onOutcome(leaky(one, before, kept !== undefined));
    },
  };
}

function leaky(name: string, before: number, keeps: boolean): CaseOutcome {
  const record = (timeNs: number, a: number): CaseOutcome['records'][number] => ({
    timeNs,
    kind: 1,
    where: 0,
    a,
    b: 0,
    c: 0,
    d: 0,
  });
  const digest = `${name} after ${before}`;
  return {
    name,
    trace: { records: 2, digest, intervalRecords: 1024, hashes: [] },
    records: keeps ? [record(5, 0), record(7, before)] : [],
    problem: undefined,
  };
}

describe('what depends on the order', () => {
  let report: SuiteReport | undefined;

  beforeAll(async () => {
    report = await runSuite(
      ['x', 'y', 'z'],
      [leakyWay('in order', (names) => [...names]), leakyWay('backwards', (names) => names.toReversed())],
    );
  });

  afterAll(() => (report = undefined));

  it('is found, with the event where it begins', () => {
    expect(report?.ways.map(({ differing }) => differing)).toEqual([[], ['x', 'z']]);
    expect(report?.first).toMatchObject({ name: 'x', record: { index: 1, left: { a: 0 }, right: { a: 2 } } });
  });

  it('is said, and makes the command fail', () => {
    const lines = linesOf({ ...(report as SuiteReport), missing: ['Node 26'], cases: 3 });
    expect(exitCodeOfCases(report as SuiteReport)).toBe(5);
    expect(lines.join('\n')).toContain('First difference: x, in order and backwards, in record 1');
    expect(lines.at(-1)).toBe(
      '3 random cases in 2 ways: 6 runs, 2 cases with more than one trace; not run: Node 26.',
    );
  });
});
