import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';
import type { FaultSpan } from './fault-spans.ts';
import { timeAxis, timeFrame } from './time-axis.ts';

const ROW_HEIGHT = 24;
const ROWS_MAX = 8;
/** Of the widest type the page uses here, so that names keep apart on narrow screens and with wide fonts. */
const CHARACTER_WIDTH = 9.6;
const LABEL_MAX = 40;

interface Placed {
  readonly fault: FaultSpan;
  readonly row: number;
  readonly label: string;
  readonly labelX: number;
}

/**
 * Names the faults on the time axis: a bar for the span, the name inside or beside it. Rows are filled greedily, so that
 * neither bars nor names overlap. Faults that find no room in the rows are left to the table.
 */
export function faultLane(faults: readonly FaultSpan[], endNs: number): { svg: Markup; omitted: number } {
  const { placed, rows } = place(faults, endNs);
  const frame = timeFrame(rows * ROW_HEIGHT + 8);
  const x = timeAxis(frame, endNs).scale;
  const bars = placed.map(({ fault, row, label, labelX }) => {
    const y = row * ROW_HEIGHT + 4;
    const from = x.at(fault.fromNs);
    return markup`<g class="fault"><title>${fault.kind} on ${fault.on}, ${fault.when}</title><rect class="fault-bar ${fault.color}" x="${from}" y="${y + 2}" width="${Math.max(3, x.at(fault.toNs) - from)}" height="${ROW_HEIGHT - 6}" rx="2"/><text class="fault-name" x="${labelX}" y="${y + 16}">${label}</text></g>`;
  });
  const description = `${faults.length} faults on the time axis`;
  const svg = markup`<svg class="plot wide lane" viewBox="0 0 ${frame.width} ${rows * ROW_HEIGHT + 8}" role="img" aria-label="${description}" data-x0="${frame.left}" data-x1="${frame.right}" data-y0="0" data-y1="${rows * ROW_HEIGHT + 8}">${bars}</svg>`;
  return { svg, omitted: faults.length - placed.length };
}

function place(faults: readonly FaultSpan[], endNs: number): { placed: Placed[]; rows: number } {
  const frame = timeFrame(0);
  const x = timeAxis(frame, endNs).scale;
  const rowEnds: number[] = [];
  const placed: Placed[] = [];
  for (const fault of faults) {
    const label = shorten(`${fault.kind} · ${fault.on}`, LABEL_MAX);
    const labelWidth = [...label].length * CHARACTER_WIDTH;
    const from = x.at(fault.fromNs);
    const to = Math.max(from + 3, x.at(fault.toNs));
    // Inside if the bar is wide enough, else to its right, else to its left.
    let labelX = from + 6;
    let left = from;
    let right = Math.max(to, labelX + labelWidth);
    if (to - from < labelWidth + 12) {
      labelX = to + 6;
      right = labelX + labelWidth;
      if (right > frame.width) {
        labelX = Math.max(0, from - 6 - labelWidth);
        left = labelX;
        right = to;
      }
    }
    let row = rowEnds.findIndex((end) => end + 8 <= left);
    if (row < 0) row = rowEnds.length;
    if (row >= ROWS_MAX) continue;
    rowEnds[row] = right;
    placed.push({ fault, row, label, labelX });
  }
  return { placed, rows: Math.max(1, rowEnds.length) };
}
