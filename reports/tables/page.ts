import { Markup, markup } from '../markup.ts';
import { STYLE } from '../page/style.ts';
import { bytes } from '../figures.ts';
import { recordSvg } from './plot.ts';
import { figureText, missedText, verdictText } from './text.ts';
import { missedCells } from './record.ts';
import type { Cell, Row, TableRecord } from './record.ts';
import type { FigureSpec } from './table-spec.ts';

const TABLE_STYLE =
  'table{border-collapse:collapse;width:100%;font-size:13px}th,td{text-align:left;padding:3px 12px 3px 0;border-bottom:1px solid var(--line)}' +
  'td.good{color:var(--good)}td.bad{color:var(--bad);font-weight:600}svg{max-width:100%;height:auto}';

/** All recorded tables as one page that needs nothing else. */
export function recordsHtml(records: readonly TableRecord[]): string {
  const cards = records.map(cardOf);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Published figures and ours · dcQUIC</title>
<style>${new Markup(STYLE)}${new Markup(TABLE_STYLE)}</style>
</head>
<body><main><h1>Published figures and ours</h1>${cards}</main></body>
</html>
`.text;
}

function cardOf(record: TableRecord): Markup {
  const { run } = record;
  const tone = missedCells(record) === 0 ? 'pass' : 'fail';
  return markup`<section class="card"><h2>${record.title}</h2><p>${record.source}</p><p><span class="pill ${tone}">${verdictText(record)}</span></p>
<p><code>${run.command}</code>, scale ${run.scale}, at <code>${run.commit}</code> on Node ${run.node}</p>
${new Markup(recordSvg(record))}
<table><thead><tr><th>set-up</th><th>figure</th><th>ours</th><th>95 %</th><th>theirs</th><th></th></tr></thead><tbody>${record.rows.map((row) => cellsOf(row, record.figures))}</tbody></table>
<h3>Switch queues, over all ports and all of the time; of all seeds the worst</h3>
<table><thead><tr><th>set-up</th><th>p50</th><th>p99</th><th>p99, busiest port</th><th>max</th><th>dropped for room</th><th>dropped, all</th></tr></thead><tbody>${record.rows.map(queueOf)}</tbody></table>
<ul>${record.notes.map((note) => markup`<li>${note}</li>`)}</ul></section>`;
}

function cellsOf({ title, cells }: Row, figures: readonly FigureSpec[]): Markup[] {
  return cells.map((cell) =>
    cellOf(title, cell, figures.find(({ key }) => key === cell.figure) as FigureSpec),
  );
}

function cellOf(title: string, cell: Cell, spec: FigureSpec): Markup {
  const { mean, plusMinus, theirs, missedBy } = cell;
  return markup`<tr><td>${title}</td><td>${spec.title}</td><td>${figureText(mean, spec)}</td><td>${plusMinus === undefined ? 'one seed' : `± ${figureText(plusMinus, spec)}`}</td><td>${theirs === undefined ? '' : `${figureText(theirs.value, spec)} (${theirs.of})`}</td><td class="${(missedBy ?? 0) > 0 ? 'bad' : 'good'}">${missedText(cell, spec)}</td></tr>`;
}

function queueOf({ title, queue }: Row): Markup {
  const { p50Bytes, p99Bytes, busiestP99Bytes, maxBytes, queueDrops, drops } = queue;
  const depths = [p50Bytes, p99Bytes, busiestP99Bytes, maxBytes].map(
    (depth) => markup`<td>${bytes(depth)}</td>`,
  );
  return markup`<tr><td>${title}</td>${depths}<td>${String(queueDrops)}</td><td>${String(drops)}</td></tr>`;
}
