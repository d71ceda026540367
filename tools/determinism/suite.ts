/** Random cases in every way: the first way says what is right. REQ DST-1 */
import {
  firstDivergingInterval,
  type DivergingInterval,
  type DivergingRecord,
} from '../../sim/trace/divergence.ts';
import type { TraceRecord } from '../../sim/trace/trace-store.ts';
import type { CaseOutcome } from './cases.ts';
import type { Way } from './ways.ts';

export interface WayReport {
  readonly way: string;
  readonly equal: number;
  /** Names of cases that went another way. */
  readonly differing: readonly string[];
  /** What could not be compared, and why. */
  readonly problems: readonly string[];
}

export interface Difference {
  readonly name: string;
  readonly ways: readonly [string, string];
  /** Undefined if the difference does not show again. */
  readonly record: DivergingRecord | undefined;
}

export interface SuiteReport {
  readonly ways: readonly WayReport[];
  readonly runs: number;
  readonly first: Difference | undefined;
}

type Outcomes = Map<string, CaseOutcome>;

export async function runSuite(
  names: readonly string[],
  ways: readonly Way[],
  onRun: () => void = () => {},
): Promise<SuiteReport> {
  const [standard, ...others] = ways as [Way, ...Way[]];
  const { outcomes: right, problems } = await runWay(standard, names, onRun);
  const reports = [compare(standard.name, names, right, right, problems)];
  let first: Difference | undefined;
  let runs = right.size;
  for (const way of others) {
    const { outcomes, problems: broken } = await runWay(way, names, onRun);
    runs += outcomes.size;
    const report = compare(way.name, names, right, outcomes, broken);
    reports.push(report);
    const [name] = report.differing;
    if (first === undefined && name !== undefined) {
      first = await explain(name, names, [standard, right], [way, outcomes]);
    }
  }
  return { ways: reports, runs, first };
}

async function runWay(
  way: Way,
  names: readonly string[],
  onRun: () => void,
): Promise<{ outcomes: Outcomes; problems: string[] }> {
  const outcomes: Outcomes = new Map();
  const problems: string[] = [];
  const note = (outcome: CaseOutcome): void => {
    outcomes.set(outcome.name, outcome);
    onRun();
  };
  const lanes = way.lanes(names).map((lane) => way.run({ names: lane }, note));
  for (const lane of await Promise.allSettled(lanes)) {
    if (lane.status === 'rejected') problems.push(String(lane.reason));
  }
  return { outcomes, problems };
}

function compare(
  way: string,
  names: readonly string[],
  right: Outcomes,
  found: Outcomes,
  broken: readonly string[],
): WayReport {
  const differing: string[] = [];
  const problems = [...broken];
  let equal = 0;
  for (const name of names) {
    const ours = right.get(name);
    const theirs = found.get(name);
    if (ours?.trace === undefined || theirs?.trace === undefined) {
      problems.push(`${name}: ${theirs?.problem ?? ours?.problem ?? 'not run'}`);
    } else if (ours.trace.digest === theirs.trace.digest) equal += 1;
    else differing.push(name);
  }
  return { way, equal, differing, problems };
}

/** Runs both again as they were, up to the case, and keeps the records where they part. */
async function explain(
  name: string,
  names: readonly string[],
  ...sides: [[Way, Outcomes], [Way, Outcomes]]
): Promise<Difference> {
  const [left, right] = sides.map(([, outcomes]) => outcomes.get(name)?.trace);
  const interval = left && right && firstDivergingInterval(left, right);
  const ways = [sides[0][0].name, sides[1][0].name] as const;
  if (interval === undefined) return { name, ways, record: undefined };
  const records: (readonly TraceRecord[])[] = [];
  for (const [way] of sides) records.push(await recordsOf(way, name, names, interval));
  return { name, ways, record: firstDifference(records[0] ?? [], records[1] ?? [], interval.fromRecord) };
}

async function recordsOf(
  way: Way,
  name: string,
  names: readonly string[],
  kept: DivergingInterval,
): Promise<readonly TraceRecord[]> {
  const lane = way.lanes(names).find((order) => order.includes(name)) ?? [];
  let records: readonly TraceRecord[] = [];
  await way.run({ names: lane.slice(0, lane.indexOf(name) + 1), kept }, (outcome) => {
    records = outcome.records;
  });
  return records;
}

function firstDifference(
  left: readonly TraceRecord[],
  right: readonly TraceRecord[],
  fromRecord: number,
): DivergingRecord | undefined {
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    if (JSON.stringify(left[i]) !== JSON.stringify(right[i])) {
      return { index: fromRecord + i, left: left[i], right: right[i] };
    }
  }
  return undefined;
}
