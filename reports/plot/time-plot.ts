import { markup, type Markup } from '../markup.ts';
import type { Unit } from '../figures.ts';
import { xAxis, yAxis } from './axes.ts';
import type { FaultSpan } from './fault-spans.ts';
import { faultShades } from './fault-spans.ts';
import type { Frame } from './frame.ts';
import { PathBuilder } from './path.ts';
import { linearScale, type Scale } from './scale.ts';
import { linearTicks, tickLabel } from './ticks.ts';
import { timeAxis, timeFrame } from './time-axis.ts';

/** One line of a plot over time: a value per bin. NaN is a gap. */
export interface TimeSeries {
  readonly name: string;
  readonly values: readonly number[];
  /** Colour class of the page style: `c0` … `c7`, `c-ink`, `c-bad`. */
  readonly color: string;
  /** `area`: a line with a filled ground; `bars`: filled only, stacked on the series before it. */
  readonly shape: 'line' | 'area' | 'bars';
}

/** A horizontal line of comparison, e.g. the capacity. */
export interface ReferenceLine {
  readonly label: string;
  readonly value: number;
}

export interface TimePlotInput {
  /** What is seen, in one sentence, for those who do not see it. */
  readonly description: string;
  readonly height: number;
  readonly endNs: number;
  readonly binNs: number;
  readonly unit: Unit;
  readonly yTitle: string;
  readonly series: readonly TimeSeries[];
  readonly reference: ReferenceLine | null;
  readonly faults: readonly FaultSpan[];
}

/** A reference this many times the largest value would flatten the data: it is left off and said in words. */
const REFERENCE_RATIO_MAX = 3;

/** Draws series over time as steps: a bin has one value from its beginning to its end. */
export function timePlot(input: TimePlotInput): Markup {
  const frame = timeFrame(input.height);
  const time = timeAxis(frame, input.endNs);
  const { max, tops } = stack(input.series);
  const reference = shownReference(input.reference, max);
  // A little more than the largest value, so that a line at it is not the edge.
  const end = (Math.max(max, reference?.value ?? 0) / input.unit.factor) * 1.06 || 1;
  const y = linearScale(0, end * input.unit.factor, frame.bottom, frame.top);
  const { values, step } = linearTicks(0, end, tickCount(frame) * 1.06);
  const ticks = values.map((value) => ({ value: value * input.unit.factor, label: tickLabel(value, step) }));

  // Bars of one stack are drawn from the highest to the lowest, each down to the base.
  const drawn = input.series.map((series, i) =>
    drawSeries(series, tops[i] ?? [], input, frame, time.scale, y),
  );
  const isStack = input.series.every((series) => series.shape === 'bars');
  return markup`<svg class="plot wide" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${input.description}" data-x0="${frame.left}" data-x1="${frame.right}" data-y0="${frame.top}" data-y1="${frame.bottom}">${faultShades(input.faults, time.scale, frame)}${xAxis(frame, time, 'beside')}${yAxis(frame, { scale: y, ticks, title: input.yTitle })}${isStack ? drawn.reverse() : drawn}${reference === null ? null : referenceLine(reference, y, frame)}</svg>`;
}

/** The reference as far as it can be drawn beside values up to `max`. */
export function shownReference(reference: ReferenceLine | null, max: number): ReferenceLine | null {
  if (reference === null || !(reference.value > 0) || !Number.isFinite(reference.value)) return null;
  return max > 0 && reference.value > max * REFERENCE_RATIO_MAX ? null : reference;
}

function tickCount(frame: Frame): number {
  return Math.min(7, Math.max(3, Math.floor((frame.bottom - frame.top) / 20)));
}

/** The height of each series: its own values, or, of bars, those of the bars before it as well. */
function stack(series: readonly TimeSeries[]): { max: number; tops: number[][] } {
  let max = 0;
  let base: number[] = [];
  const tops = series.map(({ values, shape }) => {
    const top =
      shape === 'bars' ? values.map((value, i) => (value > 0 ? value : 0) + (base[i] ?? 0)) : [...values];
    if (shape === 'bars') base = top;
    for (const value of top) if (value > max) max = value;
    return top;
  });
  return { max, tops };
}

function drawSeries(
  series: TimeSeries,
  values: readonly number[],
  input: TimePlotInput,
  frame: Frame,
  x: Scale,
  y: Scale,
): Markup {
  const xOf = (bin: number): number => x.at(Math.min(bin * input.binNs, input.endNs));
  if (series.shape === 'bars') {
    const bars = new PathBuilder();
    values.forEach((value, i) => {
      if (!(value > 0)) return;
      // A single bin of a long run is still seen.
      const width = Math.max(1.5, xOf(i + 1) - xOf(i));
      bars.rect(xOf(i), y.at(value), width, frame.bottom - y.at(value));
    });
    return markup`<path class="bars ${series.color}" d="${bars.toString()}"/>`;
  }
  const line = new PathBuilder();
  const area = new PathBuilder();
  let open = false;
  values.forEach((value, i) => {
    if (Number.isNaN(value)) {
      if (open) area.verticalTo(frame.bottom).close();
      open = false;
      return;
    }
    if (open) line.verticalTo(y.at(value));
    else {
      line.moveTo(xOf(i), y.at(value));
      area.moveTo(xOf(i), frame.bottom);
    }
    area.verticalTo(y.at(value)).horizontalTo(xOf(i + 1));
    line.horizontalTo(xOf(i + 1));
    open = true;
  });
  if (open) area.verticalTo(frame.bottom).close();
  const ground =
    series.shape === 'area' ? markup`<path class="area ${series.color}" d="${area.toString()}"/>` : null;
  return markup`${ground}<path class="line ${series.color}" d="${line.toString()}"/>`;
}

function referenceLine(reference: ReferenceLine, y: Scale, frame: Frame): Markup {
  const at = y.at(reference.value);
  const [first = '', ...rest] = reference.label.split(' ');
  // Two lines beside the axis, above the title of the other one.
  const labelY = Math.min(at, frame.bottom - 18);
  return markup`<line class="reference" x1="${frame.left}" x2="${frame.right}" y1="${at}" y2="${at}"/><text class="note" x="${frame.right + 8}" y="${labelY}">${first}<tspan x="${frame.right + 8}" dy="1.2em">${rest.join(' ')}</tspan></text>`;
}
