/** Coverage as text for a terminal. */
import { type AreaTotal, type Coverage, keyOf, type Row, type Status } from './coverage.ts';

const WORDS_MAX = 44;
const PLACES_SHOWN = 2;

/** @param onlyMissing leaves out what is done */
export function coverageText(coverage: Coverage, onlyMissing: boolean): string {
  const rows = coverage.rows.filter(({ status }) => !onlyMissing || status !== 'done');
  const header = ['id', 'what', 'status', 'implemented in', 'tested in'];
  const parts = [table([header, ...rows.map(cells)]), totalsText(coverage.totals)];
  parts.push(missingText(coverage.rows), problemsText(coverage));
  return parts.filter((part) => part !== '').join('\n\n');
}

function cells({ item, implemented, tested, status }: Row): string[] {
  return [keyOf(item), firstWords(item.text), status, places(implemented), places(tested)];
}

function firstWords(text: string): string {
  if (text.length <= WORDS_MAX) return text;
  const cut = text.slice(0, WORDS_MAX - 1);
  const space = cut.lastIndexOf(' ');
  return `${space > 0 ? cut.slice(0, space) : cut} …`;
}

function places(all: readonly string[]): string {
  if (all.length === 0) return '–';
  const rest = all.length - PLACES_SHOWN;
  return all.slice(0, PLACES_SHOWN).join(' ') + (rest > 0 ? ` +${rest}` : '');
}

function totalsText(totals: readonly AreaTotal[]): string {
  const statuses: Status[] = ['done', 'code only', 'tested only', 'nothing yet'];
  const numbers = (of: readonly AreaTotal[]): string[] => [
    ...statuses.map((status) => String(of.reduce((sum, { counts }) => sum + counts[status], 0))),
    String(of.reduce((sum, { total }) => sum + total, 0)),
  ];
  const rows = totals.map((total) => [`${total.kind} ${total.area}`, ...numbers([total])]);
  const kinds = (['MUST', 'REQ'] as const).map((kind) => {
    return [`all ${kind}`, ...numbers(totals.filter((total) => total.kind === kind))];
  });
  return table([['area', ...statuses, 'total'], ...rows, ...kinds]);
}

function missingText(rows: readonly Row[]): string {
  const missing = rows.filter(({ status }) => status === 'nothing yet');
  if (missing.length === 0) return 'Nothing is missing.';
  return `Nothing yet (${missing.length}):\n${missing.map(({ item }) => `  ${keyOf(item)}  ${item.text}`).join('\n')}`;
}

/** Empty when every citation names something that is defined. */
export function problemsText({ unknown, malformed }: Coverage): string {
  const lines = [
    ...unknown.map(
      (citation) => `${citation.path}:${citation.line}  cites ${keyOf(citation)}, which is not defined`,
    ),
    ...malformed.map(
      ({ path, line, text }) => `${path}:${line}  "${text}" is no citation: write each id in full`,
    ),
  ];
  return lines.join('\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
