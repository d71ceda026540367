import type { SeedOutcome } from './seed-outcome.ts';
import { SweepError } from './sweep-error.ts';
import type { SweepPlan } from './sweep-plan.ts';

const FORMAT = 'dcquic-sweep';
const VERSION = 1;
/** Of the first line. */
const BEGINNING = JSON.stringify({ format: FORMAT }).slice(0, -1);

/** What a journal says. */
export interface JournalContent {
  plan: SweepPlan;
  /** By seed. */
  outcomes: Map<number, SeedOutcome>;
  declared: Set<string>;
  /** Length of the part that is whole; what follows was being written when the sweep ended. */
  wholeBytes: number;
}

export function planLine(plan: SweepPlan): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...plan })}\n`;
}

export function outcomeLine(outcome: SeedOutcome): string {
  return `${JSON.stringify(outcome)}\n`;
}

/** Marks that runs could have reached and no line before this one named. */
export function declarationLine(declared: readonly string[]): string {
  return `${JSON.stringify({ declared })}\n`;
}

/**
 * Reads a journal: the plan, then a line for each seed. Undefined if not even the plan was written. A last line that is torn is
 * left out; anything else that is wrong throws SweepError.
 */
export function parseJournal(bytes: Uint8Array, file: string): JournalContent | undefined {
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const lines = new TextDecoder().decode(bytes.subarray(0, wholeBytes)).split('\n').slice(0, -1);
  const [first, ...rest] = lines;
  if (first === undefined) {
    const start = new TextDecoder().decode(bytes.subarray(0, BEGINNING.length));
    if (!BEGINNING.startsWith(start)) throw new SweepError(`${file} is not the journal of a sweep`);
    return undefined;
  }
  const plan = parsePlan(first, file);
  const content = { plan, outcomes: new Map<number, SeedOutcome>(), declared: new Set<string>(), wholeBytes };
  rest.forEach((line, i) => addLine(content, line, `${file}:${i + 2}`));
  return content;
}

function parsePlan(line: string, file: string): SweepPlan {
  const plan = parseLine(line) as (Partial<SweepPlan> & { format?: string; version?: number }) | undefined;
  if (plan?.format !== FORMAT) throw new SweepError(`${file} is not the journal of a sweep`);
  if (plan.version !== VERSION) {
    throw new SweepError(`${file} has version ${String(plan.version)}; this dcquic reads ${VERSION}`);
  }
  const { seeds, shard, set, modules } = plan;
  if (!isRange(seeds) || !isShard(shard) || !Array.isArray(set) || !Array.isArray(modules)) {
    throw new SweepError(`${file}:1 is not what dcquic writes; begin again in another folder`);
  }
  return plan as SweepPlan;
}

function addLine(content: JournalContent, line: string, where: string): void {
  const value = parseLine(line) as (Partial<SeedOutcome> & { declared?: unknown }) | undefined;
  if (Array.isArray(value?.declared)) {
    for (const name of value.declared) content.declared.add(String(name));
    return;
  }
  const isOutcome =
    typeof value?.seed === 'number' && typeof value.resultHash === 'string' && Array.isArray(value.marks);
  if (!isOutcome) {
    throw new SweepError(`${where} is not what dcquic writes; begin again in another folder`);
  }
  const outcome = { ...value, marks: value.marks?.map(intern) } as SeedOutcome;
  const known = content.outcomes.get(outcome.seed);
  if (known !== undefined && known.resultHash !== outcome.resultHash) {
    throw new SweepError(
      `${where}: seed ${outcome.seed} had another result before; begin again in another folder`,
    );
  }
  content.outcomes.set(outcome.seed, outcome);
}

const interned = new Map<string, string>();

/** The same few names come with every seed. */
function intern(name: string): string {
  const known = interned.get(name);
  if (known !== undefined) return known;
  interned.set(name, name);
  return name;
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRange(seeds: unknown): boolean {
  const { from, to } = (seeds ?? {}) as { from?: unknown; to?: unknown };
  return Number.isSafeInteger(from) && Number.isSafeInteger(to);
}

function isShard(shard: unknown): boolean {
  const { index, count } = (shard ?? {}) as { index?: unknown; count?: unknown };
  return Number.isSafeInteger(index) && Number.isSafeInteger(count);
}
