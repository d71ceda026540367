import type { SequenceDiagram } from '../../scenarios/result.ts';
import { ascending, quantile } from '../data/quantiles.ts';

type Message = SequenceDiagram['messages'][number];
export type Side = 'left' | 'right';

/** Neighbouring labels on one lifeline are at least this far apart. */
const LABEL_GAP = 21;
/** A typical one-way delay slants an arrow by as much. */
const DELAY_HEIGHT = 34;
/** Longer waits are cut to it. */
const WAIT_MAX = 62;
/** Waits cut to less than a third are marked as such. */
const BREAK_RATIO = 3;
const TOP = 26;
const BOTTOM = 24;

/** Something happening at one host, labelled with its time there. */
export interface SequencePoint {
  readonly atNs: number;
  readonly side: Side;
  y: number;
}

export interface SequenceArrow {
  readonly message: Message;
  readonly sent: SequencePoint;
  /** Of a lost message: where it would have arrived. */
  readonly received: SequencePoint;
  readonly lastSent: SequencePoint | null;
  readonly lastReceived: SequencePoint | null;
}

/** A wait that is drawn shorter than the scale wants. */
export interface SequenceBreak {
  readonly y: number;
  readonly ns: number;
  /** Nothing is on its way meanwhile. */
  readonly silent: boolean;
}

export interface SequenceLayout {
  readonly arrows: readonly SequenceArrow[];
  readonly breaks: readonly SequenceBreak[];
  readonly height: number;
  readonly originNs: number;
  /** Median time from sent to received; 0 if nothing was received. */
  readonly delayNs: number;
}

/**
 * Gives every event a height. Time runs down and never back; between two events it is drawn to scale, unless the labels
 * of one lifeline would touch (then more) or nothing happens for long (then less, with a break).
 */
export function layoutSequence(messages: readonly Message[]): SequenceLayout {
  const delays = ascending(messages.flatMap((m) => (m.receivedNs === null ? [] : [m.receivedNs - m.sentNs])));
  const delayNs = delays.length === 0 ? 0 : quantile(delays, 0.5);
  const arrows = messages.map((message) => arrowOf(message, delayNs > 0 ? delayNs : 1000));
  const points = arrows
    .flatMap((arrow) => [arrow.sent, arrow.lastSent, arrow.received, arrow.lastReceived])
    .filter((point) => point !== null)
    .sort((a, b) => a.atNs - b.atNs);
  const pixelsPerNs = DELAY_HEIGHT / (delayNs > 0 ? delayNs : 1000);
  const lastY: Record<Side, number> = { left: -Infinity, right: -Infinity };
  const breaks: SequenceBreak[] = [];
  let y = TOP;
  let previousNs = points[0]?.atNs ?? 0;
  for (const point of points) {
    const waitNs = point.atNs - previousNs;
    const next = Math.max(y + Math.min(waitNs * pixelsPerNs, WAIT_MAX), lastY[point.side] + LABEL_GAP);
    if (waitNs * pixelsPerNs > WAIT_MAX * BREAK_RATIO) {
      breaks.push({ y: (y + next) / 2, ns: waitNs, silent: isSilent(arrows, previousNs, point.atNs) });
    }
    y = next;
    point.y = y;
    lastY[point.side] = y;
    previousNs = point.atNs;
  }
  return { arrows, breaks, height: y + BOTTOM, originNs: points[0]?.atNs ?? 0, delayNs };
}

function arrowOf(message: Message, lostAfterNs: number): SequenceArrow {
  const from: Side = message.fromLeft ? 'left' : 'right';
  const to: Side = message.fromLeft ? 'right' : 'left';
  const point = (atNs: number, side: Side): SequencePoint => ({ atNs, side, y: 0 });
  const { lastSentNs, lastReceivedNs } = message;
  return {
    message,
    sent: point(message.sentNs, from),
    received: point(message.receivedNs ?? message.sentNs + lostAfterNs, to),
    lastSent: lastSentNs === undefined ? null : point(lastSentNs, from),
    lastReceived: lastReceivedNs === undefined ? null : point(lastReceivedNs, to),
  };
}

function isSilent(arrows: readonly SequenceArrow[], fromNs: number, toNs: number): boolean {
  return arrows.every((arrow) => {
    const endNs = arrow.lastReceived?.atNs ?? arrow.received.atNs;
    return endNs <= fromNs || arrow.sent.atNs >= toNs;
  });
}
