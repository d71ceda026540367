import { formatDuration } from './duration.ts';
import { SimError } from './errors.ts';
import { formatLocation } from './location.ts';
import { Mutex } from './mutex.ts';
import type { Task } from './task.ts';
import type { TaskList } from './task-list.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** Tasks named in a message; all of them are in the list. */
const SHOWN_MAX = 20;

/** One thing that a task waits for. */
export interface PendingWait {
  /** "an item from channel 'jobs', which is empty" */
  readonly what: string;
  readonly sinceNs: Nanos;
}

/** A task that has not ended. */
export interface WaitingTask {
  /** `group/name` */
  readonly task: string;
  readonly isPrimary: boolean;
  /** Empty: it waits for something that the simulation does not know, a promise of its own for example. */
  readonly waits: readonly PendingWait[];
  /** `file:line:column` of its spawn; undefined if it was not kept. */
  readonly spawnedAt: string | undefined;
}

/** A run that ended although primary tasks had not: nothing was left to happen (`stalled`), the time was up, or something went on for ever. */
export class StallError extends SimError {
  override name = 'StallError';
  readonly atNs: Nanos;
  readonly tasks: readonly WaitingTask[];

  constructor(
    code: 'stalled' | 'out-of-time' | 'busy' | 'stopped',
    why: string,
    atNs: Nanos,
    list: TaskList,
  ) {
    const all = [...list];
    const tasks = [...all.filter((task) => task.isPrimary), ...all.filter((task) => !task.isPrimary)];
    const primaries = tasks.filter((task) => task.isPrimary).length;
    const described = tasks.map(describe);
    const lines = described.slice(0, SHOWN_MAX).map(lineOf);
    if (described.length > SHOWN_MAX) lines.push(`  … and ${described.length - SHOWN_MAX} more`);
    const cycle = lockCycle(all);
    if (cycle !== undefined) lines.push(`  deadlock: ${cycle}`);
    const noun = primaries === 1 ? 'primary task has' : 'primary tasks have';
    const headline = `${why} at ${formatDuration(atNs)}, but ${primaries} ${noun} not ended:`;
    super(code, [headline, ...lines].join('\n'));
    this.atNs = atNs;
    this.tasks = described;
  }
}

function describe(task: Task): WaitingTask {
  const waits = task.waits().map((wait) => ({
    what: wait.on?.describe(wait) ?? 'something',
    sinceNs: wait.sinceNs,
  }));
  const spawnedAt = task.location === undefined ? undefined : formatLocation(task.location);
  return { task: task.label, isPrimary: task.isPrimary, waits, spawnedAt };
}

function lineOf({ task, isPrimary, waits, spawnedAt }: WaitingTask): string {
  const what = waits.map((wait) => `${wait.what} (since ${formatDuration(wait.sinceNs)})`).join(' and ');
  const text = what === '' ? 'something outside of the simulation: a promise of its own, or the host' : what;
  const where = spawnedAt === undefined ? '' : `, spawned at ${spawnedAt}`;
  return `  ${task}${isPrimary ? ' (primary)' : ''} waits for ${text}${where}`;
}

/** `a → b → a`: each holds a mutex that the one before waits for. */
function lockCycle(tasks: readonly Task[]): string | undefined {
  const cleared = new Set<Task>();
  for (const start of tasks) {
    const path: Task[] = [];
    for (let at: Task | undefined = start; at !== undefined && !cleared.has(at); at = holderItNeeds(at)) {
      const seen = path.indexOf(at);
      if (seen >= 0) return [...path.slice(seen), at].map(({ label }) => label).join(' → ');
      path.push(at);
    }
    for (const task of path) cleared.add(task);
  }
  return undefined;
}

function holderItNeeds(task: Task): Task | undefined {
  for (const { on } of task.waits()) if (on instanceof Mutex) return on.holder;
  return undefined;
}
