import type { Sample } from './table-spec.ts';

/** One seed of one row: what a worker is given. */
export interface Job {
  table: string;
  row: string;
  seed: number;
  scale: number;
}

/** What a worker says of the job it has. */
export type JobNews =
  | { kind: 'progress'; share: number }
  | { kind: 'done'; sample: Sample; cpuSeconds: number }
  | { kind: 'failed'; message: string };

export function jobKey({ table, row, seed, scale }: Job): string {
  return `${table}/${row}/${seed}/${scale}`;
}
