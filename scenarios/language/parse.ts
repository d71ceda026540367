import type { z } from 'zod';
import { readDocument } from './document.ts';
import { type Override, applyOverride } from './override.ts';
import { PROBLEMS_MAX, type Path, type Problem, formatPath, quote } from './problem.ts';
import { Findings } from './resolve/findings.ts';
import { resolveScenario } from './resolve/scenario.ts';
import type { ReadFile } from './resolve/size.ts';
import type { Scenario } from './scenario.ts';
import { MISSING } from './shape/field.ts';
import { scenarioShape } from './shape/scenario.ts';
import { nearest, suggest } from './suggest.ts';

export interface ParseOptions {
  /** Reads a distribution file by its path as written in the scenario. Without it, `file:` is a problem. */
  readFile?: ReadFile;
  /** `path=value`, applied in order before anything is validated. */
  set?: readonly string[];
  /** Takes the place of the file's seed. */
  seed?: number;
}

export type ParseResult =
  /** `text`: the scenario as YAML, with `set` and `seed` applied. */
  { ok: true; scenario: Scenario; text: string } | { ok: false; problems: Problem[] };

/** Reads a scenario file's text. Never throws on account of the text; `fileName` is what problems call it. */
export function parseScenario(text: string, fileName: string, options: ParseOptions = {}): ParseResult {
  const read = readDocument(text, fileName);
  if (!read.ok) return failed(read.problems);
  const { document } = read;
  const overrides = listOverrides(options);
  const refused = overrides
    .map((override) => applyOverride(document, override))
    .filter((p) => p !== undefined);
  if (refused.length > 0) return failed(refused);
  const findings = new Findings(document);
  const shaped = scenarioShape.safeParse(document.toValue());
  if (!shaped.success) {
    addIssues(shaped.error.issues, findings);
    return failed(findings.problems);
  }
  const scenario = resolveScenario(shaped.data, findings, fileName, options.readFile);
  if (scenario === undefined) return failed(findings.problems);
  return { ok: true, scenario, text: overrides.length === 0 ? text : document.toText() };
}

function listOverrides({ set = [], seed }: ParseOptions): Override[] {
  const overrides = set.map((assignment) => ({ option: `--set ${assignment}`, assignment }));
  if (seed !== undefined) overrides.push({ option: `--seed ${seed}`, assignment: `seed=${seed}` });
  return overrides;
}

/** Turns the issues of the shape, whose texts are message and remedy, into problems. */
function addIssues(issues: readonly z.core.$ZodIssue[], findings: Findings): void {
  // A mistyped key is one mistake: that the right one is missing is not said as well.
  const meant = new Set<string>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') addUnknownKeys(issue, meant, findings);
  }
  for (const issue of issues) {
    const [message = '', remedy = ''] = issue.message.split('\n');
    const isMeant = message === MISSING && meant.has(formatPath(issue.path as Path));
    if (issue.code !== 'unrecognized_keys' && !isMeant) findings.add(issue.path as Path, message, remedy);
  }
}

function addUnknownKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  meant: Set<string>,
  findings: Findings,
): void {
  const [noun = '', keys = ''] = issue.message.split('\n');
  const known = keys.split(' ');
  const path = issue.path as Path;
  for (const key of issue.keys.slice(0, PROBLEMS_MAX)) {
    const guess = nearest(key, known);
    if (guess !== undefined) meant.add(formatPath([...path, guess]));
    findings.add(
      [...path, key],
      `unknown key ${quote(key)} in ${noun}`,
      suggest(key, known, 'known keys'),
      'key',
    );
  }
}

/** In the order of the file, so that the first is where its author looks first. */
function failed(problems: readonly Problem[]): ParseResult {
  const ordered = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { ok: false, problems: ordered.slice(0, PROBLEMS_MAX) };
}
