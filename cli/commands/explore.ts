import { count, time } from '../../reports/figures.ts';
import { loadScenario, type Scenario } from '../../scenarios/language/index.ts';
import { capsuleOf, exploreScenario, type FailedRun } from '../../scenarios/run/index.ts';
import type { Exploration } from '../../sim/explore/index.ts';
import { type Command, defineCommand } from '../command.ts';
import { CommandError, problemsError } from '../command-error.ts';
import { type ExitCode, ExitCode as Exit } from '../exit-codes.ts';
import {
  departureLines,
  exploreJson,
  type ExploreReport,
  exploreText,
  exploreVerdict,
} from '../explore/report.ts';
import { Interrupt } from '../interrupt.ts';
import { defaulted, flag, optional, repeated, text, type Values } from '../option.ts';
import { Progress } from '../progress.ts';
import { loadExtensions } from '../run/extensions.ts';
import { keepCapsule } from '../run/kept-capsule.ts';
import { OutputFolder } from '../run/output-folder.ts';
import { CAPSULE_FILE } from '../run/saved-run.ts';
import { runSummary } from '../run/summary.ts';
import { shellCommand } from '../shell.ts';
import { complain, print, printJson } from '../terminal.ts';
import { duration, oneOf, wholeNumber } from '../values.ts';

const RESULT_FILE = 'exploration.json';

const OPTIONS = {
  strategy: defaulted(
    'NAME',
    'exhaustive: one schedule of each class of equivalent ones; pct: random priorities that change --depth less one times; random',
    'exhaustive',
    oneOf(['exhaustive', 'random', 'pct']),
  ),
  depth: defaulted(
    'D',
    'with pct: how many events must be in an unusual order for the bug',
    '3',
    wholeNumber(1, 100),
  ),
  runs: defaulted('N', 'schedules at most', '10000', wholeNumber(1, 1e9)),
  preemptions: optional(
    'P',
    'every schedule with at most so many preemptions instead, equivalent ones too',
    wholeNumber(0, 1e6),
  ),
  window: defaulted(
    'DURATION',
    'packets may arrive so much early, and so overtake others; at most the delay of a link',
    '0ns',
    duration(0, 1e12, '0ns .. 1000s'),
  ),
  steps: defaulted('N', 'give up a run after so many events', '10000', wholeNumber(1, 1e6)),
  seed: optional(
    'N',
    'seed of every random choice, instead of the one in the file',
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
  ),
  json: flag('print the result as one JSON object, and nothing else on stdout'),
  out: optional('DIR', 'write exploration.json there, and capsule.json of the schedule that fails', text),
  set: repeated('PATH=VALUE', 'change the scenario, as in dcquic run', text),
  with: repeated('MODULE', 'a JavaScript module that changes each simulation before it starts', text),
};

export const command: Command = defineCommand({
  name: 'explore',
  operands: ['FILE'],
  options: OPTIONS,
  details: [
    'Runs a small scenario in one order of its events after the other, until one fails or there is no other. Open are the order of events of one instant and, with --window, that of packets which arrive a little later. Events at different hosts and switch ports count as independent: of the orders that differ in them only, one is run.',
    'A schedule that fails leaves a capsule, which holds its choices: dcquic replay repeats it. The exit code is that of the run: 2, 3 or 4. Ctrl-C stops with what is known until then, and exit code 130.',
    'The number of orders grows fast: take few hosts, few exchanges, little data. A larger scenario is for pct, or for dcquic sweep.',
  ],
  examples: [
    'dcquic explore scenarios/library/small.yaml',
    'dcquic explore scenarios/library/small.yaml --set workload[0].count=2 --window 100ns --out out/orders',
    'dcquic explore scenarios/library/incast-100.yaml --set topology.hosts=4 --strategy pct --depth 3 --runs 500',
  ],
  run: async (values, [file = '']) => run(file, values),
});

async function run(file: string, values: Values<typeof OPTIONS>): Promise<ExitCode> {
  const { seed, set, preemptions, strategy, window: windowNs, depth } = values;
  if (preemptions !== undefined && strategy !== 'exhaustive') {
    throw new CommandError(`--preemptions goes with --strategy exhaustive, not with ${strategy}`);
  }
  const loaded = loadScenario(file, { set, ...(seed === undefined ? {} : { seed }) });
  if (!loaded.ok) throw problemsError(loaded.problems);
  const { scenario } = loaded;
  checkWindow(scenario, windowNs);
  const extensions = await loadExtensions(values.with);
  const folder = values.out === undefined ? undefined : new OutputFolder(values.out);
  const startedMs = performance.now();
  const { exploration, isInterrupted } = await watched(scenario, (onProgress) =>
    exploreScenario(scenario, {
      strategy,
      depth,
      windowNs,
      extensions,
      schedulesMax: values.runs,
      stepsMax: values.steps,
      chooserSeed: scenario.seed,
      onProgress,
      ...(preemptions === undefined ? {} : { preemptionsMax: preemptions }),
    }),
  );
  if (exploration.schedules === 0 && exploration.tooLong > 0) {
    throw new CommandError(
      `a run takes more than ${count(values.steps)} events: make the scenario smaller, or give more --steps`,
    );
  }
  const line = commandLine(file, values);
  const capsule = kept(scenario, exploration, folder, { command: line, extensions: values.with });
  const wallMs = performance.now() - startedMs;
  const report: ExploreReport = {
    scenario,
    strategy,
    depth,
    preemptions,
    windowNs,
    exploration,
    isInterrupted,
    wallMs,
    capsule,
  };
  folder?.write({ [RESULT_FILE]: `${JSON.stringify(exploreJson(report), null, 2)}\n` });
  return finish(report, values.json, line);
}

function finish(report: ExploreReport, json: boolean, line: string): ExitCode {
  const { exploration, scenario, capsule, isInterrupted } = report;
  const [failed] = exploration.failures;
  if (json) printJson(exploreJson(report));
  else print(`${exploreText(report)}\n`);
  if (failed === undefined) {
    if (!json) print(exploreVerdict(report));
    return isInterrupted ? Exit.INTERRUPTED : Exit.OK;
  }
  const { failure } = failed;
  if ('error' in failure) {
    const stack = failure.error instanceof Error ? failure.error.stack : String(failure.error);
    throw new CommandError(`the simulation broke off\n${stack}\n${line}`, 3, { cause: failure.error });
  }
  if (!json) {
    print(runSummary(scenario, failure.outcome.result));
    print(`${departureLines(failed).join('\n')}\n`);
    print(`${exploreVerdict(report)}. The same run again:`);
  }
  const isKept = capsule?.endsWith(CAPSULE_FILE) === true;
  (json ? complain : print)(isKept ? shellCommand(['dcquic', 'replay', capsule]) : line);
  return failure.outcome.exitCode;
}

/** With a progress line; Ctrl-C ends the exploration between two runs. */
async function watched(
  scenario: Scenario,
  start: (onProgress: (progress: Counts) => boolean) => Promise<Exploration<FailedRun>>,
): Promise<{ exploration: Exploration<FailedRun>; isInterrupted: boolean }> {
  const progress = new Progress(process.stderr);
  const interrupt = new Interrupt();
  try {
    const exploration = await start(({ schedules, classes, tooLong }) => {
      progress.update((elapsedMs) => {
        return `${scenario.name}: ${count(schedules)} schedules, ${count(classes)} classes, ${time(elapsedMs * 1e6)}`;
      });
      return !interrupt.isRequested && (schedules > 0 || tooLong === 0);
    });
    return { exploration, isInterrupted: interrupt.isRequested };
  } finally {
    progress.clear();
    interrupt.release();
  }
}

type Counts = Pick<Exploration<FailedRun>, 'schedules' | 'classes' | 'tooLong'>;

/** Where the capsule of the failing run lies, if one failed and came to its end. */
function kept(
  scenario: Scenario,
  { failures: [failed] }: Exploration<FailedRun>,
  folder: OutputFolder | undefined,
  meta: { command: string; extensions: readonly string[] },
): string | undefined {
  if (failed === undefined || 'error' in failed.failure) return undefined;
  const capsule = JSON.stringify(capsuleOf(scenario, failed.failure.outcome, meta));
  folder?.write({ [CAPSULE_FILE]: `${capsule}\n` });
  return keepCapsule(`${scenario.name}-explore`, folder, capsule);
}

function checkWindow({ topology }: Scenario, windowNs: number): void {
  const { delayNs } = topology.link;
  if (windowNs <= delayNs) return;
  throw new CommandError(
    `--window: ${time(windowNs)} is more than the delay of a link, ${time(delayNs)}: packets would arrive before they are sent; give less`,
  );
}

function commandLine(file: string, values: Values<typeof OPTIONS>): string {
  const { strategy, depth, runs, preemptions, window: windowNs, seed, set } = values;
  return shellCommand([
    'dcquic',
    'explore',
    file.startsWith('-') ? `./${file}` : file,
    '--strategy',
    strategy,
    ...(strategy === 'pct' ? ['--depth', String(depth)] : []),
    '--runs',
    String(runs),
    '--window',
    `${windowNs}ns`,
    ...(preemptions === undefined ? [] : ['--preemptions', String(preemptions)]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...set.flatMap((assignment) => ['--set', assignment]),
    ...values.with.flatMap((path) => ['--with', path]),
  ]);
}
