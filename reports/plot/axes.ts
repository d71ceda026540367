import { markup, type Markup } from '../markup.ts';
import type { Frame } from './frame.ts';
import type { Scale } from './scale.ts';

export interface AxisTick {
  readonly value: number;
  readonly label: string;
}

/** An axis: its scale, its labelled ticks, and what it measures, with the unit. */
export interface Axis {
  readonly scale: Scale;
  readonly ticks: readonly AxisTick[];
  readonly title: string;
}

/** From the axis to the foot of its labels; clear of the lowest label of the other axis. */
const LABEL_DROP = 23;

/** Vertical grid lines, labels below; the title is centred in a row of its own, or ends the labels' row (`beside`). */
export function xAxis(frame: Frame, axis: Axis, titleAt: 'below' | 'beside'): Markup {
  const lines = axis.ticks.map(({ value }) => {
    const x = axis.scale.at(value);
    return markup`<line class="grid" x1="${x}" x2="${x}" y1="${frame.top}" y2="${frame.bottom}"/>`;
  });
  const labels = axis.ticks.map(
    ({ value, label }) =>
      markup`<text class="tick tick-x" x="${axis.scale.at(value)}" y="${frame.bottom + LABEL_DROP}">${label}</text>`,
  );
  const title =
    titleAt === 'below'
      ? markup`<text class="axis-title mid" x="${(frame.left + frame.right) / 2}" y="${frame.height - 5}">${axis.title}</text>`
      : markup`<text class="axis-title end" x="${frame.width - 4}" y="${frame.bottom + LABEL_DROP}">${axis.title}</text>`;
  return markup`<g class="axis">${lines}<line class="base" x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}"/>${labels}${title}</g>`;
}

/** Horizontal grid lines, labels to the left, the title above the labels. */
export function yAxis(frame: Frame, axis: Axis): Markup {
  const lines = axis.ticks.map(({ value }) => {
    const y = axis.scale.at(value);
    return markup`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}"/>`;
  });
  const labels = axis.ticks.map(
    ({ value, label }) =>
      markup`<text class="tick tick-y" x="${frame.left - 8}" y="${axis.scale.at(value) + 4}">${label}</text>`,
  );
  return markup`<g class="axis">${lines}${labels}<text class="axis-title" x="0" y="13">${axis.title}</text></g>`;
}
