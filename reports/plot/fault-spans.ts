import type { RunReport } from '../../scenarios/result.ts';
import { time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import type { Frame } from './frame.ts';
import type { Scale } from './scale.ts';

/** One fault on the time axis of a run, cut at its end. */
export interface FaultSpan {
  readonly kind: string;
  readonly on: string;
  readonly fromNs: number;
  readonly toNs: number;
  /** In words: `12 µs – 2.1 ms`, `from 12 µs until the end`. */
  readonly when: string;
  /** Colour class, one per kind. */
  readonly color: string;
}

const COLORS = ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'] as const;

/** Faults within the window, by their beginning. */
export function faultSpans(faults: RunReport['faults'], endNs: number): FaultSpan[] {
  const kinds = [...new Set(faults.map((fault) => fault.kind))];
  return faults
    .filter((fault) => fault.fromNs <= endNs)
    .map((fault) => ({
      kind: fault.kind,
      on: fault.on,
      fromNs: fault.fromNs,
      toNs: Math.min(endNs, fault.toNs ?? endNs),
      when: faultWhen(fault),
      color: COLORS[kinds.indexOf(fault.kind) % COLORS.length] ?? 'f0',
    }))
    .sort((a, b) => a.fromNs - b.fromNs);
}

export function faultWhen(fault: { fromNs: number; toNs: number | null }): string {
  if (fault.toNs === null)
    return fault.fromNs === 0 ? 'the whole run' : `from ${time(fault.fromNs)} until the end`;
  return fault.toNs === fault.fromNs
    ? `at ${time(fault.fromNs)}`
    : `${time(fault.fromNs)} – ${time(fault.toNs)}`;
}

/** Shades behind a plot at most; more would only sum up to one grey. */
const SHADES_MAX = 60;

/** From here on shades are lighter. */
const MANY = 6;

/** The ground of a plot tinted while a fault lasts, with a line where it begins. */
export function faultShades(faults: readonly FaultSpan[], x: Scale, frame: Frame): Markup {
  const many = faults.length > MANY ? ' many' : '';
  const shades = faults.slice(0, SHADES_MAX).map((fault) => {
    const from = x.at(fault.fromNs);
    const width = Math.max(1, x.at(fault.toNs) - from);
    return markup`<rect class="shade ${fault.color}${many}" x="${from}" y="${frame.top}" width="${width}" height="${frame.bottom - frame.top}"/><line class="shade-edge ${fault.color}" x1="${from}" x2="${from}" y1="${frame.top}" y2="${frame.bottom}"/>`;
  });
  return markup`<g aria-hidden="true">${shades}</g>`;
}
