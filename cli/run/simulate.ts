import { KernelError } from '../../sim/kernel/kernel.ts';
import { SimError } from '../../sim/task/errors.ts';
import { count, counted, time } from '../../reports/figures.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import type { RunOptions, RunOutcome, RunProgress } from '../../scenarios/run/index.ts';
import { CommandError } from '../command-error.ts';
import { Interrupt } from '../interrupt.ts';
import { Progress } from '../progress.ts';
import { complain } from '../terminal.ts';

/** What a run needs to be watched and stopped. */
export type RunHooks = Required<Pick<RunOptions, 'onProgress' | 'isCancelled'>>;

/**
 * Runs a simulation with a progress line; Ctrl-C stops it between two events. Undefined if it was stopped, which has been
 * said then. Throws CommandError if the simulation breaks off, which only a bug can do.
 *
 * @param command what reproduces the run
 */
export async function simulate<T>(
  scenario: Scenario,
  command: string,
  start: (hooks: RunHooks) => Promise<T>,
  outcomeOf: (value: T) => RunOutcome,
): Promise<T | undefined> {
  const progress = new Progress(process.stderr);
  const interrupt = new Interrupt();
  let last: RunProgress | undefined;
  try {
    const value = await start({
      onProgress: (now) => {
        last = now;
        progress.update((elapsedMs) => `${scenario.name}: ${progressText(now)}, ${time(elapsedMs * 1e6)}`);
      },
      isCancelled: () => interrupt.isRequested,
    });
    progress.clear();
    if (!outcomeOf(value).cancelled) return value;
    complain(`dcquic: stopped ${scenario.name} before its end${last ? ` (${progressText(last)})` : ''}`);
    return undefined;
  } catch (error) {
    progress.clear();
    throw error instanceof CommandError ? error : brokenOff(error, command);
  } finally {
    interrupt.release();
  }
}

function progressText({ simTimeNs, offered, ended, events }: RunProgress): string {
  return `${time(simTimeNs)} simulated, ${count(ended)} of ${counted(offered, 'exchange')} ended, ${count(events)} events`;
}

/** An assertion or an unhandled rejection inside the run, or a read of a real clock. */
function brokenOff(error: unknown, command: string): CommandError {
  const stack = error instanceof Error ? error.stack : String(error);
  const isEntropy = error instanceof KernelError && error.code === 'entropy';
  const isOtherRun = error instanceof SimError && error.code === 'diverged';
  const exitCode = isEntropy || isOtherRun ? 5 : 3;
  return new CommandError(`the simulation broke off\n${stack}\n${command}`, exitCode, { cause: error });
}
