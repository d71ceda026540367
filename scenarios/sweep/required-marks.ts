import type { SweepSummary } from './sweep-summary.ts';

/** A mark that had to be reached and was not. */
export interface ColdMark {
  name: string;
  /** False: no run even has such a mark; it may be misspelt. */
  isDeclared: boolean;
}

/** The gate of a sweep: which of the marks that it must reach went cold. REQ DST-10 */
export function coldMarks(required: readonly string[], { marks }: Pick<SweepSummary, 'marks'>): ColdMark[] {
  const reached = new Set(marks.reached.map(({ name }) => name));
  return [...new Set(required)]
    .filter((name) => !reached.has(name))
    .map((name) => ({ name, isDeclared: marks.never.includes(name) }));
}

/** A gate file: one name on each line; `#` starts a comment. */
export function parseMarkNames(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
