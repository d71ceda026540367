/** The suite of random cases as a part of `npm run determinism`. */
import { HostKind, KindNames } from '../../sim/trace/kinds.ts';
import { NetKind } from '../../sim/net/trace-kinds.ts';
import { TaskKind } from '../../sim/task/trace-kinds.ts';
import type { TraceRecord } from '../../sim/trace/trace-store.ts';
import { caseNames } from './cases.ts';
import { nodeBinary } from './node-binary.ts';
import { Progress } from './progress.ts';
import { runSuite, type Difference, type SuiteReport } from './suite.ts';
import { waysHere, wayOnNode, type Way } from './ways.ts';

const KINDS = new KindNames({ net: NetKind, host: HostKind, task: TaskKind });

export interface RandomCasesOptions {
  /** Random scenarios; the task programs come on top. */
  readonly scenarios: number;
  /** Major versions of Node. */
  readonly nodes: readonly number[];
  /** Folder for their executables. */
  readonly cache: string;
  /** Path of the built run-cases.js. */
  readonly script: string;
}

export interface RandomCasesReport extends SuiteReport {
  /** Node versions that could not be had, and why. */
  readonly missing: readonly string[];
  readonly cases: number;
}

export async function checkRandomCases(options: RandomCasesOptions): Promise<RandomCasesReport> {
  const names = caseNames(options.scenarios);
  const ways: Way[] = waysHere(options.script);
  const missing: string[] = [];
  for (const major of options.nodes) {
    try {
      const { path, version } = await nodeBinary(major, options.cache);
      ways.push(wayOnNode(path, version, options.script));
    } catch {
      missing.push(`Node ${major}`);
    }
  }
  const progress = new Progress('random cases', names.length * ways.length);
  const report = await runSuite(names, ways, () => progress.step());
  return { ...report, missing, cases: names.length };
}

/** 5 not deterministic, 1 something could not be shown, 0 shown. */
export function exitCodeOfCases({ ways }: SuiteReport): 0 | 1 | 5 {
  if (ways.some(({ differing }) => differing.length > 0)) return 5;
  return ways.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** The table, the first difference, and a line of figures. */
export function linesOf({ ways, runs, first, missing, cases }: RandomCasesReport): string[] {
  const rows = ways.map(({ way, equal, differing, problems }) =>
    [way.padEnd(14), ...[equal, differing.length, problems.length].map((n) => String(n).padStart(9))].join(
      ' ',
    ),
  );
  const problems = ways.flatMap(({ way, problems: some }) =>
    some.slice(0, 3).map((text) => `${way}, ${text}`),
  );
  const differing = new Set(ways.flatMap((way) => way.differing)).size;
  const notRun = missing.length === 0 ? '' : `; not run: ${missing.join(', ')}`;
  return [
    'way                equal differing  not shown',
    ...rows,
    ...problems,
    ...(first === undefined ? [] : differenceLines(first)),
    `${cases} random cases in ${ways.length} ways: ${runs} runs, ${differing} cases with more than one trace${notRun}.`,
  ];
}

function differenceLines({ name, ways, record }: Difference): string[] {
  const head = `First difference: ${name}, ${ways[0]} and ${ways[1]}`;
  if (record === undefined) return [`${head}; it did not show again`];
  return [
    `${head}, in record ${record.index}`,
    `  ${ways[0]}: ${textOf(record.left)}`,
    `  ${ways[1]}: ${textOf(record.right)}`,
  ];
}

function textOf(record: TraceRecord | undefined): string {
  if (record === undefined) return 'none, the run was over';
  const { timeNs, kind, where, a, b, c, d } = record;
  return `${timeNs} ns ${KINDS.nameOf(kind)} at ${where}: ${a}, ${b}, ${c}, ${d}`;
}
