import { bytes, count, plain } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { ascending, quantile } from '../data/quantiles.ts';
import { xAxis, yAxis } from './axes.ts';
import { frameOf, type Frame } from './frame.ts';
import { LabelPlaces } from './label-places.ts';
import { PathBuilder } from './path.ts';
import { logScale, type Scale } from './scale.ts';
import { logBounds, logTicks } from './ticks.ts';
import { TIME_PLOT_WIDTH } from './time-axis.ts';

export interface SizedSlowdown {
  readonly sizeBytes: number;
  readonly slowdown: number;
}

interface Decade {
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly samples: number;
  readonly p50: number;
  readonly p99: number;
  /** Where the marks of the decade go: its median size. */
  readonly sizeBytes: number;
}

/** More decades than this are not sizes of messages. */
const DECADES_MAX = 16;
/** Of a label at its largest. */
const CHARACTER_WIDTH = 10.5;

/**
 * Slowdown by message size on logarithmic axes: the median and the 99th percentile of each decade of sizes, over the
 * density of the exchanges. `points` are positive, at least one.
 */
export function sizePlot(points: readonly SizedSlowdown[], description: string): Markup {
  const frame = frameOf(TIME_PLOT_WIDTH, 338, { left: 64, right: 118, top: 32, bottom: 70 });
  const decades = decadesOf(points);
  const first = decades[0]?.fromBytes ?? 1;
  const last = decades[decades.length - 1]?.toBytes ?? 10;
  const slowdowns = ascending(points.map((point) => point.slowdown));
  const [low, high] = logBounds(Math.min(1, slowdowns[0] ?? 1), slowdowns[slowdowns.length - 1] ?? 1, 4);
  const x = logScale(first, last, frame.left, frame.right);
  const y = logScale(low, high, frame.bottom, frame.top);
  // Between the powers of ten only where there are few of them: the row below is counted by decade.
  const xTicks = logTicks(first, last, decades.length <= 2 ? 6 : decades.length).values.map((value) => ({
    value,
    label: bytes(value),
  }));
  const yTicks = logTicks(low, high, 8).values.map((value) => ({ value, label: plain(value) }));
  const filled = decades.filter((decade) => decade.samples > 0);
  const markX = (decade: Decade): number => x.at(decade.sizeBytes);
  const counts = decades.map(
    (decade) =>
      markup`<text class="tick count" x="${x.at(decade.fromBytes * Math.sqrt(10))}" y="${frame.bottom + 44}">${count(decade.samples)}</text>`,
  );
  const lines = (['p99', 'p50'] as const).map((name) => {
    const path = new PathBuilder();
    filled.forEach((decade, i) => {
      const at = [markX(decade), y.at(decade[name])] as const;
      if (i === 0) path.moveTo(...at);
      else path.lineTo(...at);
    });
    return markup`<path class="line ${name}" d="${path.toString()}"/>`;
  });
  const places = new LabelPlaces(18);
  const dots = filled.map((decade) => {
    const title = `${bytes(decade.fromBytes)} – ${bytes(decade.toBytes)}: p50 ${plain(decade.p50)}, p99 ${plain(decade.p99)} of ${count(decade.samples)}`;
    return markup`<g class="decade"><title>${title}</title><line class="p-range" x1="${markX(decade)}" x2="${markX(decade)}" y1="${y.at(decade.p50)}" y2="${y.at(decade.p99)}"/><circle class="p99" cx="${markX(decade)}" cy="${y.at(decade.p99)}" r="5"/><circle class="p50" cx="${markX(decade)}" cy="${y.at(decade.p50)}" r="5"/>${decadeLabels(decade, markX(decade), y, frame, places)}</g>`;
  });
  return markup`<svg class="plot wide" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${description}">${xAxis(frame, { scale: x, ticks: xTicks, title: 'message size, logarithmic' }, 'below')}${yAxis(frame, { scale: y, ticks: yTicks, title: 'slowdown, logarithmic' })}${density(points, x, y, frame)}<text class="note" x="${frame.right + 8}" y="${frame.bottom + 44}">exchanges</text>${counts}${lines}${dots}</svg>`;
}

/** Above the marks; further up or below where another label is; none where there is no room, the tooltip has it. */
function decadeLabels(decade: Decade, x: number, y: Scale, frame: Frame, places: LabelPlaces): Markup {
  const label = (value: number): Markup | null => {
    const text = plain(value);
    const above = y.at(value) - 8;
    // Below the title of the axis, above its labels.
    const heights = [above, above - 18, above + 24].filter((at) => at >= frame.top + 4 && at < frame.bottom);
    const at = places.findAndTake(x + 9, x + 9 + text.length * CHARACTER_WIDTH, [...heights, frame.top + 4]);
    return at === undefined ? null : markup`<text class="mark-name" x="${x + 9}" y="${at}">${text}</text>`;
  };
  const median = label(decade.p50);
  return markup`${median}${decade.p50 === decade.p99 ? null : label(decade.p99)}`;
}

function decadesOf(points: readonly SizedSlowdown[]): Decade[] {
  const byExponent = new Map<number, SizedSlowdown[]>();
  for (const point of points) {
    const exponent = Math.floor(Math.log10(point.sizeBytes) + 1e-12);
    const own = byExponent.get(exponent);
    if (own === undefined) byExponent.set(exponent, [point]);
    else own.push(point);
  }
  const exponents = [...byExponent.keys()].sort((a, b) => a - b);
  const last = exponents[exponents.length - 1] ?? 0;
  const first = Math.max(exponents[0] ?? 0, last - DECADES_MAX + 1);
  const decades: Decade[] = [];
  for (let exponent = first; exponent <= last; exponent += 1) {
    const own = byExponent.get(exponent) ?? [];
    const values = ascending(own.map((point) => point.slowdown));
    const sizes = ascending(own.map((point) => point.sizeBytes));
    decades.push({
      fromBytes: Number(`1e${exponent}`),
      toBytes: Number(`1e${exponent + 1}`),
      samples: values.length,
      p50: quantile(values, 0.5),
      p99: quantile(values, 0.99),
      sizeBytes: quantile(sizes, 0.5),
    });
  }
  return decades;
}

const CELL = 8;
const SHADES = 4;

/** Exchanges per cell of a raster, in four shades by orders of magnitude; one path per shade keeps the report small. */
function density(points: readonly SizedSlowdown[], x: Scale, y: Scale, frame: Frame): Markup {
  const columns = Math.ceil((frame.right - frame.left) / CELL);
  const rows = Math.floor((frame.bottom - frame.top) / CELL);
  const cells = new Map<number, number>();
  for (const { sizeBytes, slowdown } of points) {
    const column = Math.min(columns - 1, Math.floor((x.at(sizeBytes) - frame.left) / CELL));
    const row = Math.min(rows - 1, Math.floor((frame.bottom - y.at(slowdown)) / CELL));
    const key = row * columns + column;
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  let most = 1;
  for (const samples of cells.values()) if (samples > most) most = samples;
  const paths = Array.from({ length: SHADES }, () => new PathBuilder());
  for (const [key, samples] of cells) {
    const shade = Math.min(SHADES - 1, Math.floor((Math.log(samples) / Math.log(most + 1)) * SHADES));
    const left = frame.left + (key % columns) * CELL;
    const top = frame.bottom - (Math.floor(key / columns) + 1) * CELL;
    paths[shade]?.rect(left, top, CELL, CELL);
  }
  const drawn = paths.map((path, shade) =>
    path.isEmpty ? null : markup`<path class="density d${shade}" d="${path.toString()}"/>`,
  );
  return markup`<g aria-hidden="true">${drawn}</g>`;
}
