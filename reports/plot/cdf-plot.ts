import type { Unit } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { quantile } from '../data/quantiles.ts';
import { xAxis, yAxis, type Axis } from './axes.ts';
import { frameOf, type Frame } from './frame.ts';
import { PathBuilder } from './path.ts';
import { linearScale, logScale, type Scale } from './scale.ts';
import { linearEnd, linearTicks, logBounds, logTicks, tickLabel } from './ticks.ts';

/** How a distribution is drawn: share at or below on a logarithmic or linear axis, or share above, both logarithmic. */
export type CdfView = 'log' | 'linear' | 'tail';

export interface CdfCurve {
  readonly name: string;
  readonly color: string;
  /** Class by which the page shows and hides the curve. */
  readonly toggle: string;
  /** Ascending and positive, at least one. */
  readonly values: readonly number[];
}

export interface CdfInput {
  readonly description: string;
  readonly view: CdfView;
  /** Name of the measured quantity without its unit. */
  readonly quantity: string;
  readonly curves: readonly CdfCurve[];
  /** Values whose p50 and p99 are marked. */
  readonly marked: CdfCurve;
  /** The unit a linear axis counts in, by the largest value on it. */
  readonly unitOf: (value: number) => Unit;
  /** A value with its unit, for the ticks of a logarithmic axis. */
  readonly format: (value: number) => string;
}

const MARGINS = { left: 60, right: 36, top: 32, bottom: 50 };
const X_TICKS_MAX = 6;
const LOG_TICKS_MAX = 7;
/** Width of a character of a label at its largest. */
const LABEL_CHARACTER = 9.6;

/** Empirical distribution functions as steps. */
export function cdfPlot(input: CdfInput): Markup {
  const frame = frameOf(630, 296, MARGINS);
  const x = quantityAxis(input, frame);
  const y = input.view === 'tail' ? tailAxis(input.curves, frame) : shareAxis(frame);
  const curves = input.curves.map(
    (curve) =>
      markup`<path class="line ${curve.color} ${curve.toggle}" d="${curvePath(curve.values, input.view, x.scale, y.scale)}"/>`,
  );
  return markup`<svg class="plot half" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${input.description}" data-x0="${frame.left}" data-x1="${frame.right}" data-y0="${frame.top}" data-y1="${frame.bottom}" data-from="${String(x.scale.from)}" data-to="${String(x.scale.to)}" data-kind="${x.scale.kind}">${xAxis(frame, x, 'below')}${yAxis(frame, y)}${curves}${marks(input, frame, x.scale, y.scale)}</svg>`;
}

function quantityAxis(input: CdfInput, frame: Frame): Axis {
  let min = Infinity;
  let max = 0;
  for (const { values } of input.curves) {
    min = Math.min(min, values[0] ?? Infinity);
    max = Math.max(max, values[values.length - 1] ?? 0);
  }
  if (!(max > 0)) [min, max] = [1, 10];
  if (input.view === 'linear') {
    const unit = input.unitOf(max);
    const end = linearEnd(max / unit.factor, X_TICKS_MAX);
    const { values, step } = linearTicks(0, end, X_TICKS_MAX);
    return {
      scale: linearScale(0, end * unit.factor, frame.left, frame.right),
      ticks: values.map((value) => ({ value: value * unit.factor, label: tickLabel(value, step) })),
      title: unit.name === '' ? input.quantity : `${input.quantity} (${unit.name})`,
    };
  }
  const [from, to] = logBounds(min, max, 4);
  return {
    scale: logScale(from, to, frame.left, frame.right),
    ticks: logTicks(from, to, LOG_TICKS_MAX).values.map((value) => ({ value, label: input.format(value) })),
    title: `${input.quantity}, logarithmic`,
  };
}

function shareAxis(frame: Frame): Axis {
  return {
    scale: linearScale(0, 1, frame.bottom, frame.top),
    ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => ({ value, label: tickLabel(value, 0.2) })),
    title: 'share of exchanges at or below',
  };
}

/** Down to where the longest curve has one exchange left. */
function tailAxis(curves: readonly CdfCurve[], frame: Frame): Axis {
  const longest = curves.reduce((most, { values }) => Math.max(most, values.length), 10);
  const from = 10 ** -Math.max(1, Math.min(7, Math.ceil(Math.log10(longest) - 1e-9)));
  return {
    scale: logScale(from, 1, frame.bottom, frame.top),
    ticks: logTicks(from, 1, 7)
      .values.filter(isPowerOfTen)
      .map((value) => ({ value, label: shareLabel(value) })),
    title: 'share of exchanges above, logarithmic',
  };
}

function isPowerOfTen(value: number): boolean {
  const exponent = Math.log10(value);
  return Math.abs(exponent - Math.round(exponent)) < 1e-9;
}

function shareLabel(share: number): string {
  if (share >= 0.001) return String(share);
  const digits = String(Math.round(-Math.log10(share)));
  return `10⁻${[...digits].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '').join('')}`;
}

/** Steps closer than a pixel and a half to the one before are left out: the path stays small for any number of values. */
function curvePath(values: readonly number[], view: CdfView, x: Scale, y: Scale): string {
  const apart = 1.5;
  const path = new PathBuilder();
  const n = values.length;
  const shareAt = (rank: number): number => (view === 'tail' ? 1 - rank / n : rank / n);
  let lastX = x.at(view === 'tail' ? x.from : (values[0] ?? x.from));
  let lastY = y.at(shareAt(0));
  path.moveTo(lastX, lastY);
  for (let i = 0; i < n; i += 1) {
    const value = values[i] ?? 0;
    if (values[i + 1] === value) continue;
    const atX = x.at(value);
    const atY = y.at(shareAt(i + 1));
    const isLast = i === n - 1;
    if (!isLast && Math.abs(atX - lastX) < apart && Math.abs(atY - lastY) < apart) continue;
    path.horizontalTo(atX).verticalTo(atY);
    lastX = atX;
    lastY = atY;
  }
  if (view !== 'tail') path.horizontalTo(x.end);
  return path.toString();
}

/** Where p50 and p99 are, with a guide down to their label in the empty corner: right of a CDF, left of a tail. */
function marks(input: CdfInput, frame: Frame, x: Scale, y: Scale): Markup {
  const isTail = input.view === 'tail';
  const marked = [0.5, 0.99].map((share, row) => {
    const value = quantile(input.marked.values, share);
    if (!(value > 0)) return null;
    const atX = x.at(value);
    const atY = y.at(isTail ? 1 - share : share);
    const label = `p${share * 100} ${input.format(value)}`;
    const width = label.length * LABEL_CHARACTER + 10;
    const left = atX + width > frame.width || (isTail && share === 0.99 && atX - width > frame.left);
    const labelY = frame.bottom - 9 - row * 20;
    return markup`<g class="${input.marked.toggle}"><line class="guide" x1="${atX}" x2="${atX}" y1="${atY}" y2="${frame.bottom}"/><circle class="mark" cx="${atX}" cy="${atY}" r="4"/><text class="mark-name${left ? ' end' : ''}" x="${left ? atX - 7 : atX + 7}" y="${labelY}">${label}</text></g>`;
  });
  return markup`<g>${marked}</g>`;
}
