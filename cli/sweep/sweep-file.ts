import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../scenarios/distributions/package-root.ts';
import { loadScenario } from '../../scenarios/language/index.ts';
import {
  buildHash,
  coldMarks,
  Journal,
  KeptCapsules,
  planSweep,
  type SeedOutcome,
  seedCount,
  sweep,
  type SweepPlan,
  threadStations,
  WHOLE,
} from '../../scenarios/sweep/index.ts';
import { CommandError, problemsError } from '../command-error.ts';
import { Interrupt } from '../interrupt.ts';
import { Progress } from '../progress.ts';
import { loadExtensions } from '../run/extensions.ts';
import { OutputFolder } from '../run/output-folder.ts';
import { complain } from '../terminal.ts';
import { count } from '../../reports/figures.ts';
import { CapsuleFolders, capsulePrefix } from './capsule-folders.ts';
import type { SweepValues } from './values.ts';
import { progressText, type SweepProgress } from './progress-text.ts';
import type { SweepReport } from './report.ts';
import { commandOf } from './reproduction.ts';

/** A slow run is no reason for a line that stands still. */
const PROGRESS_EVERY_MS = 1000;

/** `dcquic sweep FILE`. Throws CommandError or SweepError. */
export async function sweepFile(
  operands: readonly string[],
  values: SweepValues,
  required: readonly string[],
): Promise<SweepReport> {
  const { plan, frozen, modules } = await planOf(operands, values);
  const { jobs, out, shard } = values;
  const command = commandOf(plan);
  if (out !== undefined) void new OutputFolder(out);
  const journal = out === undefined ? undefined : new Journal(out, plan);
  const before = [...(journal?.before.outcomes.values() ?? [])];
  const folders = new CapsuleFolders(capsulePrefix(out, plan.scenario), command);
  const capsules = new KeptCapsules(folders, before);
  if (before.length > 0) complain(resumedText(before, plan));
  const startedMs = performance.now();
  const { summary, doneHere, isInterrupted } = await watched(plan, before, (onOutcome, signal) =>
    sweep(plan, {
      jobs,
      open: threadStations({ scenario: frozen, modules }),
      capsules,
      onOutcome,
      signal,
      ...(journal === undefined ? {} : { journal }),
    }),
  );
  return {
    summary,
    shard,
    jobs,
    wallMs: performance.now() - startedMs,
    doneHere,
    isInterrupted,
    cold: isInterrupted ? [] : coldMarks(required, summary),
    commandOf: command,
    capsuleOf: (seed) => (capsules.has(seed) ? folders.file(seed) : undefined),
  };
}

async function planOf(
  operands: readonly string[],
  values: SweepValues,
): Promise<ReturnType<typeof planSweep> & { modules: { path: string; url: string }[] }> {
  const [file = '', extra] = operands;
  if (extra !== undefined) throw new CommandError(`unexpected argument ${extra}; it takes one FILE`);
  const { seeds, set, shard = WHOLE } = values;
  if (seeds === undefined) throw new CommandError('--seeds is missing; give --seeds A..B, as 1..1000');
  const loaded = loadScenario(file, { set });
  if (!loaded.ok) throw problemsError(loaded.problems);
  // Said once, here, and not by every worker.
  await loadExtensions(values.with);
  const modules = values.with.map((path) => ({ path, url: pathToFileURL(resolve(path)).href }));
  const build = buildHash(join(packageRoot(), 'dist'));
  const { scenario } = loaded;
  return { ...planSweep({ scenario, file, seeds, shard, set, modules, build }), modules };
}

function resumedText(before: readonly SeedOutcome[], { seeds, shard }: SweepPlan): string {
  const total = seedCount(seeds, shard);
  const rest = before.length < total ? 'going on with the rest' : 'nothing is left to run';
  return `dcquic sweep: ${count(before.length)} of ${count(total)} seeds were run before; ${rest}`;
}

type Watch = (onOutcome: (outcome: SeedOutcome) => void, signal: AbortSignal) => ReturnType<typeof sweep>;

/** With a progress line, until its end or Ctrl-C. */
async function watched(
  plan: SweepPlan,
  before: readonly SeedOutcome[],
  start: Watch,
): Promise<{ summary: Awaited<ReturnType<Watch>>; doneHere: number; isInterrupted: boolean }> {
  const state: SweepProgress = {
    done: before.length,
    total: seedCount(plan.seeds, plan.shard),
    failing: before.filter(({ verdict }) => verdict !== 0).length,
    doneHere: 0,
  };
  const progress = new Progress(process.stderr);
  const show = (): void => progress.update((elapsedMs) => progressText(plan.scenario, state, elapsedMs));
  const abort = new AbortController();
  const interrupt = new Interrupt(() => abort.abort());
  const timer = setInterval(show, PROGRESS_EVERY_MS);
  try {
    const onOutcome = ({ verdict }: SeedOutcome): void => {
      state.done += 1;
      state.doneHere += 1;
      if (verdict !== 0) state.failing += 1;
      show();
    };
    const summary = await start(onOutcome, abort.signal);
    return { summary, doneHere: state.doneHere, isInterrupted: interrupt.isRequested && summary.missing > 0 };
  } finally {
    clearInterval(timer);
    progress.clear();
    interrupt.release();
  }
}
