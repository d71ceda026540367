import { Markup, markup } from '../markup.ts';
import { logScale } from '../plot/scale.ts';
import type { Cell, TableRecord } from './record.ts';
import type { FigureSpec } from './table-spec.ts';

const WIDTH = 860;
const LABELS_WIDTH = 330;
const RIGHT = 24;
const TOP = 44;
const LINE = 20;
/** Marked on the axis, as far as they are in its range. */
const TICKS = [0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 2, 5, 10, 20, 50, 100];
const STYLE =
  'text{font:12px system-ui,sans-serif;fill:#16191d}.muted{fill:#58616d}.grid{stroke:#dfe3e8}.one{stroke:#16191d;stroke-dasharray:4 3}' +
  '.good{fill:#0f766e;stroke:#0f766e}.bad{fill:#b42318;stroke:#b42318}.ground{fill:#fff}';

interface Mark {
  label: string;
  /** Ours over theirs, or theirs over ours if more is better: below 1 is better. */
  ratio: number;
  low: number;
  high: number;
  missed: boolean;
}

/** Each compared figure as its ratio to theirs, with the confidence interval. A file of its own, without fonts or scripts. */
export function recordSvg(record: TableRecord): string {
  const marks = marksOf(record);
  const height = TOP + LINE * Math.max(1, marks.length) + 12;
  const ratios = marks.flatMap(({ low, high }) => [low, high]);
  const x = logScale(
    Math.max(1e-3, Math.min(0.8, ...ratios) * 0.9),
    Math.max(1.25, ...ratios) * 1.1,
    LABELS_WIDTH,
    WIDTH - RIGHT,
  );
  const ticks = TICKS.filter((tick) => tick >= x.from && tick <= x.to).map(
    (tick) =>
      markup`<line class="${tick === 1 ? 'one' : 'grid'}" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="${TOP - 8}" y2="${height - 8}"/><text class="muted" text-anchor="middle" x="${x.at(tick)}" y="${TOP - 13}">${String(tick)}</text>`,
  );
  const lines = marks.map(({ label, ratio, low, high, missed }, i) => {
    const y = TOP + LINE * (i + 0.5);
    const tone = missed ? 'bad' : 'good';
    return markup`<text x="${LABELS_WIDTH - 10}" y="${y + 4}" text-anchor="end">${label}</text><line class="${tone}" x1="${x.at(low)}" x2="${x.at(high)}" y1="${y}" y2="${y}" stroke-width="2"/><circle class="${tone}" cx="${x.at(ratio)}" cy="${y}" r="4.5"/>`;
  });
  return markup`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${record.title}: ratio to theirs"><style>${new Markup(STYLE)}</style><rect class="ground" width="${WIDTH}" height="${height}"/><text x="10" y="17" font-weight="650">${record.title}</text><text class="muted" x="${WIDTH - RIGHT}" y="17" text-anchor="end">ratio to theirs: left of 1 is better; bars: 95 % confidence</text>${ticks}${lines}</svg>
`.text;
}

function marksOf({ rows, figures }: TableRecord): Mark[] {
  return rows.flatMap(({ title, cells }) =>
    cells.flatMap((cell): Mark[] => {
      const spec = figures.find(({ key }) => key === cell.figure) as FigureSpec;
      return cell.theirs === undefined || cell.theirs.value === 0
        ? []
        : [markOf(`${title}: ${spec.title}`, cell, cell.theirs.value, spec)];
    }),
  );
}

function markOf(label: string, cell: Cell, theirs: number, { better }: FigureSpec): Mark {
  const { mean, plusMinus = 0, missedBy = 0 } = cell;
  const ratioOf = (value: number): number => {
    const positive = Math.max(value, 1e-9);
    return better === 'lower' ? positive / theirs : theirs / positive;
  };
  const ends = [ratioOf(mean - plusMinus), ratioOf(mean + plusMinus)];
  return {
    label,
    ratio: ratioOf(mean),
    low: Math.min(...ends),
    high: Math.min(Math.max(...ends), 1e3),
    missed: missedBy > 0,
  };
}
