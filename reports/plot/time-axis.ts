import { timeUnit } from '../figures.ts';
import type { Axis } from './axes.ts';
import { frameOf, type Frame } from './frame.ts';
import { linearScale } from './scale.ts';
import { linearTicks, tickLabel } from './ticks.ts';

export const TIME_PLOT_WIDTH = 1320;
const MARGINS = { left: 64, right: 118, top: 29, bottom: 30 };

/** All plots over time share it, so that they line up when stacked. */
export function timeFrame(height: number): Frame {
  return frameOf(TIME_PLOT_WIDTH, height, MARGINS);
}

/** 0 to `endNs` (positive) in the unit that suits the end. */
export function timeAxis(frame: Frame, endNs: number): Axis {
  const unit = timeUnit(endNs);
  const { values, step } = linearTicks(0, endNs / unit.factor, 10);
  return {
    scale: linearScale(0, endNs, frame.left, frame.right),
    ticks: values.map((value) => ({ value: value * unit.factor, label: tickLabel(value, step) })),
    title: `time (${unit.name})`,
  };
}
