import { checkDuration, formatDuration } from './duration.ts';
import { SimError } from './errors.ts';
import { TimerCallback } from './timer.ts';
import type { Scheduler } from './scheduler.ts';
import type { Task } from './task.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/**
 * Waits for `program`, at most `ns`. It runs as a task of its own, `spawn` makes one, so that all it waits for can be told to
 * give up at the deadline; it is also told when the task that waits is.
 */
export function runWithTimeout(
  scheduler: Scheduler,
  ns: Nanos,
  program: unknown,
  spawn: (name: string) => Task,
): Promise<unknown> {
  checkDuration('timeout()', ns);
  if (typeof program !== 'function') {
    const remedy = 'that begins to wait: sim.timeout(ms(10), () => socket.recvFrom())';
    throw new SimError('bad-argument', `timeout() takes a function ${remedy}`);
  }
  const text = formatDuration(ns);
  const task = spawn(`timeout of ${text}`);
  const deadline = new TimerCallback(scheduler, () => {
    task.giveUp(new SimError('timeout', `timed out after ${text}`));
  });
  deadline.set(ns);
  task.onEnd = () => void deadline.cancel();
  return task.joinOrAbort();
}
