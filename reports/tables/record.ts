import { estimate } from './statistics.ts';
import { worstQueue } from './measure.ts';
import type { QueueFigures } from './queue-probe.ts';
import type { FigureSpec, Sample, TableSpec, Theirs } from './table-spec.ts';

/** One figure of one row: ours of each seed, and theirs. */
export interface Cell {
  figure: string;
  values: number[];
  mean: number;
  /** Half of the 95 % confidence interval; missing: one seed has none. */
  plusMinus?: number;
  theirs?: Theirs;
  /** 0: at or better than theirs; else by which share of theirs it is missed. */
  missedBy?: number;
}

export interface Row {
  key: string;
  title: string;
  seeds: number[];
  cells: Cell[];
  /** The worst of all seeds; drops are added. */
  queue: QueueFigures;
}

/** A table as it was measured: what is kept in the repository, and all that is shown. */
export interface TableRecord {
  table: string;
  title: string;
  source: string;
  figures: readonly FigureSpec[];
  notes: readonly string[];
  rows: Row[];
  run: RunDescription;
}

/** How it was measured. */
export interface RunDescription {
  command: string;
  /** Of the sources; with `+` behind it if they were changed since. */
  commit: string;
  node: string;
  scale: number;
  /** Processor seconds of all rows. */
  cpuSeconds: number;
}

/** By row, then in the order of seeds. */
export type Samples = ReadonlyMap<string, readonly { seed: number; sample: Sample }[]>;

/** Rows without samples are left out. */
export function recordOf(spec: TableSpec, samples: Samples, run: RunDescription): TableRecord {
  const rows = spec.rows.flatMap(({ key, title, theirs }): Row[] => {
    const ofRow = samples.get(key) ?? [];
    if (ofRow.length === 0) return [];
    const figures = spec.figures.filter((figure) => ofRow[0]?.sample.figures[figure.key] !== undefined);
    return [
      {
        key,
        title,
        seeds: ofRow.map(({ seed }) => seed),
        cells: figures.map((figure) =>
          cellOf(
            figure,
            ofRow.map(({ sample }) => sample.figures[figure.key] as number),
            theirs[figure.key],
          ),
        ),
        queue: worstQueue(ofRow.map(({ sample }) => sample.queue)),
      },
    ];
  });
  const { name, title, source, figures } = spec;
  return { table: name, title, source, figures, notes: spec.notes(run.scale), rows, run };
}

function cellOf({ key, better }: FigureSpec, values: number[], theirs: Theirs | undefined): Cell {
  const { mean, plusMinus } = estimate(values);
  return {
    figure: key,
    values,
    mean,
    ...(plusMinus === undefined ? {} : { plusMinus }),
    ...(theirs === undefined ? {} : { theirs, missedBy: missedBy(mean, theirs.value, better) }),
  };
}

/** By which share of `theirs` the mean is worse; 0 if it is not. */
export function missedBy(mean: number, theirs: number, better: 'lower' | 'higher'): number {
  const worse = better === 'lower' ? mean - theirs : theirs - mean;
  return worse <= 0 ? 0 : worse / (Math.abs(theirs) || 1);
}

export function missedCells({ rows }: TableRecord): number {
  return rows.flatMap(({ cells }) => cells).filter((cell) => (cell.missedBy ?? 0) > 0).length;
}

export function comparedCells({ rows }: TableRecord): number {
  return rows.flatMap(({ cells }) => cells).filter(({ theirs }) => theirs !== undefined).length;
}
