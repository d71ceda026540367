import type { QueueFigures } from './queue-probe.ts';

export interface FigureSpec {
  /** Key in samples. */
  key: string;
  title: string;
  /** Printed behind figures; `%`: a share, printed times 100. */
  unit: '' | 'ms' | 'µs' | '%' | 'packets' | 'Gbit/s';
  better: 'lower' | 'higher';
}

/** A published figure, or a goal. */
export interface Theirs {
  value: number;
  /** Whose it is. */
  of: string;
}

/** One row: a set-up that is run once for each seed. */
export interface RowSpec {
  key: string;
  title: string;
  /** By figure; a figure without one is printed alone. */
  theirs: Readonly<Record<string, Theirs>>;
}

/** What one seed of a row came to. */
export interface Sample {
  figures: Record<string, number>;
  queue: QueueFigures;
}

export interface MeasureOptions {
  /** 1: as recorded; less: shorter or smaller runs, whose figures say less. */
  scale: number;
  /** Told how far the run is, 0 to 1. */
  onProgress?: (share: number) => void;
}

/** A published table, or one of our own goals, and how its rows are measured. */
export interface TableSpec {
  name: string;
  title: string;
  source: string;
  figures: readonly FigureSpec[];
  rows: readonly RowSpec[];
  /** What a reader must know to judge the figures: definitions, and what differs from the source. */
  notes(scale: number): readonly string[];
  measure(row: string, seed: number, options: MeasureOptions): Promise<Sample>;
}
