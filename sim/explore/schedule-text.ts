import { formatDuration } from '../task/duration.ts';
import type { ExecutedStep } from './execution.ts';
import type { StepKind } from '../kernel/choice.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** One step of a schedule, for people. */
export interface ScheduleStep {
  readonly atNs: Nanos;
  readonly kind: StepKind;
  /** Who ran: `group/task`. */
  readonly label: string;
  /** What it touched: `channel 'jobs'`. Its own task is not listed. */
  readonly touched: readonly string[];
  /** How many could have been next, and which of them it was; 0 is the usual one. */
  readonly candidates: number;
  readonly chosen: number;
}

export function scheduleSteps(steps: readonly ExecutedStep[]): ScheduleStep[] {
  return steps.map(({ nowNs: atNs, key, kind, label, footprint, candidates }) => ({
    atNs,
    kind,
    label,
    touched: footprint.labels.filter((touched) => touched !== `task ${label.replace(/: callback$/, '')}`),
    candidates: candidates.length,
    chosen: candidates.indexOf(key),
  }));
}

/** A schedule as a list, one step a line. */
export function formatSchedule(steps: readonly ScheduleStep[]): string {
  const width = Math.max(0, ...steps.map(({ label }) => label.length));
  return steps
    .map(({ atNs, kind, label, touched, candidates, chosen }, index) => {
      const number = String(index).padStart(String(steps.length).length);
      const open = candidates > 1 ? ` (${chosen + 1} of ${candidates})` : '';
      const what = touched.length > 0 ? `  touches ${touched.join(', ')}` : '';
      const text = `${number}  ${formatDuration(atNs).padStart(9)}  ${label.padEnd(width)}  ${kind}${open}${what}`;
      return text;
    })
    .join('\n');
}
