import { count, plain, time } from '../../reports/figures.ts';

export interface SweepProgress {
  /** Earlier calls included. */
  done: number;
  total: number;
  failing: number;
  /** By this call, in elapsedMs. */
  doneHere: number;
}

/** `small: 340/1,000 seeds, 2 failing, 85 seeds/s, ETA 7.8 s`. */
export function progressText(name: string, progress: SweepProgress, elapsedMs: number): string {
  const { done, total, failing, doneHere } = progress;
  const perSecond = (doneHere * 1000) / Math.max(elapsedMs, 1);
  const pace = doneHere === 0 ? '' : `, ${plain(perSecond)} seeds/s, ETA ${eta((total - done) / perSecond)}`;
  return `${name}: ${count(done)}/${count(total)} seeds, ${count(failing)} failing${pace}`;
}

/** Nobody waits for the milliseconds of an hour. */
function eta(seconds: number): string {
  if (seconds < 100) return time(Math.ceil(seconds) * 1e9);
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
