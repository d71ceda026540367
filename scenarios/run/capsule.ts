import { firstDivergingInterval } from '../../sim/trace/divergence.ts';
import type { DivergingInterval } from '../../sim/trace/divergence.ts';
import type { TraceSummary } from '../../sim/trace/checkpoints.ts';
import { parseScenario, scenarioToYaml } from '../language/index.ts';
import type { Parsed, Problem, Scenario } from '../language/index.ts';
import type { Violation } from '../result.ts';
import { type Maker, maker } from './maker.ts';
import { runScenario } from './run-scenario.ts';
import type { VerdictCode } from './result-of.ts';
import type { RunOptions, RunOutcome, Schedule } from './run-scenario.ts';

const FORMAT = 'dcquic-capsule';
const VERSION = 1;

/** A run, kept: all that is needed to run it again, and what came of it. JSON. REQ DST-2 */
export interface Capsule {
  format: typeof FORMAT;
  version: typeof VERSION;
  /** The scenario as run, seed included. */
  scenario: string;
  /** Texts of the distribution files it names, by that name. */
  files: Record<string, string>;
  /** Modules given by `--with`, relative to the capsule's directory of use. */
  extensions: string[];
  /** The order of events that was chosen; missing: first in, first out, as almost always. REQ DST-4 */
  schedule?: Schedule;
  /** The command that made it. */
  command: string;
  /** The versions that made it, for people; missing in older ones. */
  made?: Maker;
  expected: {
    exitCode: VerdictCode;
    trace: TraceSummary;
    violations: Violation[];
  };
}

export interface CapsuleMeta {
  command: string;
  extensions: readonly string[];
}

export function capsuleOf(scenario: Scenario, outcome: RunOutcome, meta: CapsuleMeta): Capsule {
  return {
    format: FORMAT,
    version: VERSION,
    scenario: scenarioToYaml(scenario),
    files: distributionFiles(scenario),
    extensions: [...meta.extensions],
    ...(outcome.schedule === undefined ? {} : { schedule: outcome.schedule }),
    command: meta.command,
    made: maker(),
    expected: {
      exitCode: outcome.exitCode,
      trace: outcome.trace,
      violations: outcome.result.violations.slice(0, 10),
    },
  };
}

/** Distribution files travel inside the capsule, as the points they hold. */
export function distributionFiles(scenario: Scenario): Record<string, string> {
  const files: Record<string, string> = {};
  for (const { request, response } of scenario.workloads) {
    for (const size of [request, response]) {
      if (size.kind !== 'distribution' || !size.source.startsWith('file:')) continue;
      const lines = size.distribution.points.map(({ bytes, cdf }) => `${bytes},${cdf}`);
      files[size.source.slice('file:'.length)] = `bytes,cdf\n${lines.join('\n')}\n`;
    }
  }
  return files;
}

export type CapsuleResult =
  { ok: true; capsule: Capsule; scenario: Scenario } | { ok: false; problems: readonly Problem[] };

/** Reads a capsule's text; every way in which it can be wrong is a problem that names `file`. */
export function parseCapsule(text: string, file: string): CapsuleResult {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(file, `is not JSON (${(error as Error).message})`);
  }
  const capsule = value as Partial<Capsule> | null;
  if (capsule?.format !== FORMAT)
    return refuse(file, `is JSON, but no capsule (its format is not ${FORMAT})`);
  if (capsule.version !== VERSION)
    return refuse(file, `has version ${String(capsule.version)}; this dcquic reads ${VERSION}`);
  const { scenario, files, extensions, expected, schedule } = capsule;
  const trace = expected?.trace;
  if (
    typeof scenario !== 'string' ||
    !Array.isArray(extensions) ||
    !extensions.every((path) => typeof path === 'string') ||
    typeof trace?.digest !== 'string' ||
    typeof trace.records !== 'number' ||
    typeof trace.intervalRecords !== 'number' ||
    !Array.isArray(trace.hashes) ||
    !(schedule === undefined || isSchedule(schedule))
  ) {
    return refuse(file, 'is a capsule with parts missing or of the wrong kind');
  }
  const parsed = parseScenario(scenario, `${file} (scenario)`, {
    readFile: (name) => embeddedFile(files ?? {}, name),
  });
  return parsed.ok
    ? { ok: true, capsule: capsule as Capsule, scenario: parsed.scenario }
    : { ok: false, problems: parsed.problems };
}

function isSchedule(value: unknown): boolean {
  const { choices, windowNs } = (value ?? {}) as Partial<Schedule>;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  return Array.isArray(choices) && choices.every(isCount) && isCount(windowNs);
}

/** Reads a distribution file out of a capsule. */
export function embeddedFile(files: Readonly<Record<string, string>>, name: string): Parsed<string> {
  const text = Object.hasOwn(files, name) ? files[name] : undefined;
  if (text !== undefined) return { ok: true, value: text };
  const remedy = 'give a capsule.json that `dcquic run` wrote';
  const message = `the capsule does not hold the distribution file ${name}`;
  return { ok: false, message, remedy };
}

function refuse(file: string, message: string): CapsuleResult {
  const remedy = 'give a capsule.json that `dcquic run` wrote';
  return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message, remedy }] };
}

export interface ReplayOutcome {
  outcome: RunOutcome;
  same: boolean;
  /** Where the two runs begin to differ. */
  divergence: DivergingInterval | undefined;
}

/** Runs a capsule again and compares. */
export async function replayCapsule(
  capsule: Capsule,
  scenario: Scenario,
  options: RunOptions,
): Promise<ReplayOutcome> {
  const { schedule } = capsule;
  const outcome = await runScenario(scenario, schedule === undefined ? options : { ...options, schedule });
  const divergence = firstDivergingInterval(capsule.expected.trace, outcome.trace);
  return { outcome, same: divergence === undefined, divergence };
}
