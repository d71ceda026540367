import { bytes, plain } from '../figures.ts';
import { comparedCells, missedCells } from './record.ts';
import type { Cell, Row, TableRecord } from './record.ts';
import type { FigureSpec } from './table-spec.ts';

const HEAD = ['set-up', 'figure', 'ours', '95 %', 'theirs', ''] as const;
const QUEUE_HEAD = [
  'set-up',
  'p50',
  'p99',
  'p99, busiest port',
  'max',
  'dropped for room',
  'dropped, all',
] as const;

/** For a terminal. */
export function recordText(record: TableRecord): string {
  return [
    `${record.title}`,
    '',
    ...aligned([HEAD, ...cellLines(record)]),
    '',
    'Switch queues, over all ports and all of the time; of all seeds the worst',
    ...aligned([QUEUE_HEAD, ...record.rows.map(queueLine)]),
    '',
    ...record.notes,
    '',
    verdictText(record),
  ].join('\n');
}

/** The same for a page of the repository. */
export function recordMarkdown(record: TableRecord): string {
  const { run } = record;
  return `# ${record.title}

${record.source}.

\`${run.command}\`, scale ${run.scale}, at ${run.commit} on Node ${run.node}; ${Math.round(run.cpuSeconds)} s of processor time.

**${verdictText(record)}**

![${record.title}](${record.table}.svg)

${markdownTable([HEAD, ...cellLines(record)])}

Switch queues, over all ports and all of the time; of all seeds the worst:

${markdownTable([QUEUE_HEAD, ...record.rows.map(queueLine)])}

${record.notes.map((note) => `- ${note}`).join('\n')}
`;
}

export function verdictText(record: TableRecord): string {
  const compared = comparedCells(record);
  const missed = missedCells(record);
  if (compared === 0) return 'Nothing to compare with.';
  return missed === 0
    ? `All ${compared} figures are at theirs or better.`
    : `${compared - missed} of ${compared} figures are at theirs or better, ${missed} missed.`;
}

function cellLines({ rows, figures }: TableRecord): string[][] {
  return rows.flatMap((row) =>
    row.cells.map((cell) => {
      const spec = figures.find(({ key }) => key === cell.figure) as FigureSpec;
      return cellLine(row, cell, spec);
    }),
  );
}

function cellLine(row: Row, cell: Cell, spec: FigureSpec): string[] {
  const { theirs, plusMinus } = cell;
  return [
    row.title,
    spec.title,
    figureText(cell.mean, spec),
    plusMinus === undefined ? 'one seed' : `± ${figureText(plusMinus, spec)}`,
    theirs === undefined ? '' : `${figureText(theirs.value, spec)} (${theirs.of})`,
    missedText(cell, spec),
  ];
}

/** Empty of a figure with which nothing is compared. */
export function missedText({ missedBy, theirs }: Cell, spec: FigureSpec): string {
  if (missedBy === undefined || theirs === undefined) return '';
  if (missedBy === 0) return spec.better === 'lower' ? 'at or below' : 'at or above';
  // Of nothing there is no share.
  if (theirs.value === 0) return `missed by ${figureText(missedBy, spec)}`;
  return `missed by ${plain(missedBy * 100)} %`;
}

/** Four significant digits. */
export function figureText(value: number, { unit }: Pick<FigureSpec, 'unit'>): string {
  const shown = unit === '%' ? value * 100 : value;
  if (shown === 0) return unit === '' ? '0' : `0 ${unit}`;
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.max(Math.abs(shown), 1e-3))));
  const text = shown.toFixed(Math.min(digits, 4));
  return unit === '' ? text : `${text} ${unit}`;
}

function queueLine({ title, queue }: Row): string[] {
  const { p50Bytes, p99Bytes, busiestP99Bytes, maxBytes, queueDrops, drops } = queue;
  return [
    title,
    ...[p50Bytes, p99Bytes, busiestP99Bytes, maxBytes].map(bytes),
    String(queueDrops),
    String(drops),
  ];
}

function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function markdownTable([head = [], ...lines]: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
