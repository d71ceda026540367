import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type JournalContent, declarationLine, outcomeLine, parseJournal, planLine } from './journal-text.ts';
import type { SeedRun } from './run-seed.ts';
import { SweepError } from './sweep-error.ts';
import { planDifference, type SweepPlan } from './sweep-plan.ts';

const JOURNAL_FILE = 'journal.jsonl';
/** Lines are kept back until there are so many … */
const BATCH_LINES = 64;
/** … or the oldest is so old. What a power cut takes is run again. */
const BATCH_MS = 500;

/** What a sweep has done so far, on disk. It survives the end of the process at any instant. REQ DST-9 */
export class Journal {
  readonly file: string;
  /** What it said when it was opened. */
  readonly before: JournalContent;
  readonly #fd: number;
  readonly #declared: Set<string>;
  #lines: string[] = [];
  #oldestMs = 0;

  /** Opens the journal of a folder that exists, or begins one. Throws SweepError if it is of another sweep. */
  constructor(folder: string, plan: SweepPlan) {
    this.file = join(folder, JOURNAL_FILE);
    const found = readJournal(folder);
    const difference = found && planDifference(found.plan, plan, { shard: true });
    if (difference !== undefined) {
      throw new SweepError(`${this.file} is of ${difference}; give another folder, or remove this one`);
    }
    this.before = found ?? { plan, outcomes: new Map(), declared: new Set(), wholeBytes: 0 };
    this.#declared = new Set(this.before.declared);
    this.#fd = openSync(this.file, 'a');
    ftruncateSync(this.#fd, this.before.wholeBytes);
    if (found !== undefined) return;
    this.#lines = [planLine(plan)];
    this.flush();
    syncFolder(dirname(this.file));
  }

  add({ outcome, declared }: SeedRun): void {
    if (this.#lines.length === 0) this.#oldestMs = performance.now();
    const news = declared.filter((name) => !this.#declared.has(name));
    for (const name of news) this.#declared.add(name);
    if (news.length > 0) this.#lines.push(declarationLine(news));
    this.#lines.push(outcomeLine(outcome));
    if (this.#lines.length >= BATCH_LINES || performance.now() - this.#oldestMs >= BATCH_MS) this.flush();
  }

  /** Everything added so far is on the disk when it returns. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = new TextEncoder().encode(this.#lines.join(''));
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    fsyncSync(this.#fd);
    this.#lines = [];
  }

  close(): void {
    this.flush();
    closeSync(this.#fd);
  }
}

/** What the journal of a folder says; undefined if there is none. Throws SweepError. */
export function readJournal(folder: string): JournalContent | undefined {
  const file = join(folder, JOURNAL_FILE);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parseJournal(bytes, file);
}

/** The name of a new file is on the disk too. Not every system can do that. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r');
    fsyncSync(fd);
    closeSync(fd);
  } catch {
    // Windows opens no folders; there the name is safe without.
  }
}
