import { counted, time } from '../../reports/figures.ts';
import { scenarioToYaml } from '../../scenarios/language/index.ts';
import { capsuleOf, runScenario } from '../../scenarios/run/index.ts';
import { shrink, type CaseSize, type Shrunk } from '../../scenarios/shrink/index.ts';
import { CommandError } from '../command-error.ts';
import { Interrupt } from '../interrupt.ts';
import { Progress } from '../progress.ts';
import { shellCommand } from '../shell.ts';
import { loadExtensions } from './extensions.ts';
import { OutputFolder } from './output-folder.ts';
import { CAPSULE_FILE, type SavedRun } from './saved-run.ts';

export const SCENARIO_FILE = 'scenario.yaml';

export interface ShrinkLimits {
  runs: number;
  /** Wall time; undefined: no limit but that of the runs. */
  seconds: number | undefined;
}

/** A saved run, shrunk, and where the result lies. */
export interface ShrunkRun {
  shrunk: Shrunk;
  yaml: string;
  scenarioFile: string;
  capsuleFile: string;
  /** The line that repeats it. */
  command: string;
  isInterrupted: boolean;
}

/**
 * Shrinks a saved run and writes a scenario and a capsule to `out`. Ctrl-C stops the search, and the smallest so far is written.
 * Throws CommandError, also if the run does not fail.
 */
export async function shrinkSaved(
  { capsule, scenario }: SavedRun,
  out: string,
  { runs, seconds }: ShrinkLimits,
): Promise<ShrunkRun> {
  const folder = new OutputFolder(out);
  const extensions = await loadExtensions(capsule.extensions);
  const { schedule } = capsule;
  const progress = new Progress(process.stderr);
  const interrupt = new Interrupt();
  const startedMs = performance.now();
  const isLate = (): boolean => seconds !== undefined && performance.now() - startedMs >= seconds * 1000;
  try {
    const shrunk = await shrink(
      { scenario, ...(schedule === undefined ? {} : { schedule }) },
      {
        extensions,
        runsMax: runs,
        isCancelled: () => interrupt.isRequested || isLate(),
        onProgress: ({ runs: done, size }) =>
          progress.update(
            (elapsedMs) =>
              `${scenario.name}: ${counted(done, 'run')}, ${sizeText(size)}, ${time(elapsedMs * 1e6)}`,
          ),
      },
    );
    if (shrunk === undefined) {
      throw new CommandError('the run does not fail, so there is nothing to shrink; see dcquic replay');
    }
    const { scenario: smallest, schedule: order } = shrunk.smallest;
    const command = shellCommand(['dcquic', 'replay', out]);
    const outcome = await runScenario(smallest, {
      extensions,
      command,
      ...(order === undefined ? {} : { schedule: order }),
    });
    const saved = capsuleOf(smallest, outcome, { command, extensions: capsule.extensions });
    const yaml = scenarioToYaml(smallest);
    folder.write({ [SCENARIO_FILE]: yaml, [CAPSULE_FILE]: `${JSON.stringify(saved)}\n` });
    return {
      shrunk,
      yaml,
      scenarioFile: folder.file(SCENARIO_FILE),
      capsuleFile: folder.file(CAPSULE_FILE),
      command,
      isInterrupted: interrupt.isRequested,
    };
  } finally {
    progress.clear();
    interrupt.release();
  }
}

export function sizeText({ hosts, events, workloads }: CaseSize): string {
  return [counted(hosts, 'host'), counted(events, 'injected event'), counted(workloads, 'workload')].join(
    ', ',
  );
}
