import type { SequenceDiagram } from '../../scenarios/result.ts';
import { count, group, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { shorten } from '../shorten.ts';
import { LabelPlaces } from './label-places.ts';
import { PathBuilder } from './path.ts';
import { type SequenceArrow, type SequenceLayout, type SequencePoint } from './sequence-layout.ts';

const WIDTH = 920;
const LIFELINE = { left: 106, right: WIDTH - 106 } as const;
const LABEL_INSET = 12;
const LABEL_MAX = 46;
const ANGLE_MAX = 14;
/** A lost message ends here, as a share of its way. */
const LOST_SHARE = 0.62;
const CHARACTER_WIDTH = 7.6;
const LINE_HEIGHT = 15;

/** Lifelines, slanted arrows from sending to receipt, times at both sides; lost messages end in a cross. */
export function sequenceDiagram(
  diagram: SequenceDiagram,
  layout: SequenceLayout,
  description: string,
): Markup {
  const endNs = layout.arrows.reduce((end, arrow) => Math.max(end, lastPoint(arrow).atNs), layout.originNs);
  const inMs = endNs - layout.originNs >= 1e9;
  const places = new LabelPlaces(LINE_HEIGHT);
  for (const arrow of layout.arrows) takeLabel(places, arrow);
  const arrows = layout.arrows.map((arrow) => drawArrow(arrow, places));
  const labels = layout.arrows.map(drawLabel);
  const times = layout.arrows.map((arrow) =>
    arrowPoints(arrow).map((point) => timeLabel(point, (point.atNs - layout.originNs) / (inMs ? 1e6 : 1e3))),
  );
  return markup`<div class="sequence-scroll" tabindex="0" role="region" aria-label="Message sequence"><svg class="sequence-head" viewBox="0 0 ${WIDTH} 40" aria-hidden="true"><text class="host" x="${LIFELINE.left}" y="17">${shorten(diagram.left, 24)}</text><text class="host" x="${LIFELINE.right}" y="17">${shorten(diagram.right, 24)}</text><text class="tick time-left" x="${LIFELINE.left - 12}" y="35">${inMs ? 'ms' : 'µs'}</text><text class="tick time-right" x="${LIFELINE.right + 12}" y="35">${inMs ? 'ms' : 'µs'}</text></svg><svg class="sequence" viewBox="0 0 ${WIDTH} ${layout.height}" role="img" aria-label="${description}">${lifelines(layout)}${arrows}${labels}${times}</svg></div>`;
}

function lifelines(layout: SequenceLayout): Markup {
  const lines = (['left', 'right'] as const).map(
    (side) =>
      markup`<line class="lifeline" x1="${LIFELINE[side]}" x2="${LIFELINE[side]}" y1="0" y2="${layout.height}"/>`,
  );
  const breaks = layout.breaks.map(({ y, ns, silent }) => {
    const gaps = (['left', 'right'] as const).map((side) => {
      const zigzag = new PathBuilder();
      const x = LIFELINE[side];
      zigzag
        .moveTo(x, y - 8)
        .lineTo(x - 5, y - 4)
        .lineTo(x + 5, y + 4)
        .lineTo(x, y + 8);
      return markup`<line class="lifeline-gap" x1="${x}" x2="${x}" y1="${y - 8}" y2="${y + 8}"/><path class="lifeline-break" d="${zigzag.toString()}"/>`;
    });
    const label = silent
      ? markup`<text class="wait" x="${WIDTH / 2}" y="${y + 4}">${time(ns)} later</text>`
      : null;
    return markup`${gaps}${label}`;
  });
  return markup`<g>${lines}${breaks}</g>`;
}

function drawArrow(arrow: SequenceArrow, places: LabelPlaces): Markup {
  const { message } = arrow;
  const from = LIFELINE[arrow.sent.side];
  const to = LIFELINE[arrow.received.side];
  if (message.receivedNs === null) return drawLost(arrow, from, to, places);
  const kind = message.kind;
  const title = markup`<title>${messageTitle(arrow)}</title>`;
  if (arrow.lastSent === null && arrow.lastReceived === null) {
    const many = message.packets > 1 ? ' many' : '';
    return markup`<g class="message ${kind}${many}">${title}${line(from, arrow.sent.y, to, arrow.received.y)}${head(from, arrow.sent.y, to, arrow.received.y)}</g>`;
  }
  const lastSentY = (arrow.lastSent ?? arrow.sent).y;
  const lastReceivedY = (arrow.lastReceived ?? arrow.received).y;
  const band = new PathBuilder();
  band
    .moveTo(from, arrow.sent.y)
    .lineTo(to, arrow.received.y)
    .lineTo(to, lastReceivedY)
    .lineTo(from, lastSentY)
    .close();
  return markup`<g class="message ${kind}">${title}<path class="band" d="${band.toString()}"/>${line(from, arrow.sent.y, to, arrow.received.y)}${head(from, arrow.sent.y, to, arrow.received.y)}${line(from, lastSentY, to, lastReceivedY)}${head(from, lastSentY, to, lastReceivedY)}</g>`;
}

function drawLost(arrow: SequenceArrow, from: number, to: number, places: LabelPlaces): Markup {
  const x = from + (to - from) * LOST_SHARE;
  const y = arrow.sent.y + (arrow.received.y - arrow.sent.y) * LOST_SHARE;
  const reason = shorten(arrow.message.dropReason ?? 'lost', 24);
  const width = reason.length * CHARACTER_WIDTH;
  const toRight = to > from;
  // Beside the cross, moved up or down to where no label is.
  const x0 = toRight ? x + 12 : x - 12 - width;
  const heights = [4, 18, -10, 32, -24].map((shift) => y + shift);
  const reasonY = places.findAndTake(x0, x0 + width, heights) ?? y + 4;
  const cross = new PathBuilder();
  cross
    .moveTo(x - 6, y - 6)
    .lineTo(x + 6, y + 6)
    .moveTo(x - 6, y + 6)
    .lineTo(x + 6, y - 6);
  return markup`<g class="message lost"><title>${messageTitle(arrow)}</title>${line(from, arrow.sent.y, x, y)}<path class="cross" d="${cross.toString()}"/><text class="reason ${toRight ? '' : 'end'}" x="${toRight ? x + 12 : x - 12}" y="${reasonY}">${reason}</text></g>`;
}

function drawLabel(arrow: SequenceArrow): Markup {
  const left = arrow.sent.side === 'left';
  const x = left ? LIFELINE.left + LABEL_INSET : LIFELINE.right - LABEL_INSET;
  const kind = arrow.message.receivedNs === null ? 'lost' : arrow.message.kind;
  // Along its arrow, so that parallel arrows do not run through it; level where that would be hard to read.
  const slope = (arrow.received.y - arrow.sent.y) / (LIFELINE.right - LIFELINE.left);
  const angle = (Math.atan(slope) * 180) / Math.PI;
  const turned = angle <= ANGLE_MAX;
  const y = arrow.sent.y - 5 + (turned ? slope * LABEL_INSET : 0);
  const turn = turned ? markup` transform="rotate(${left ? angle : -angle} ${x} ${y})"` : null;
  return markup`<text class="label ${kind}${left ? '' : ' end'}" x="${x}" y="${y}"${turn}>${shorten(messageLabel(arrow), LABEL_MAX)}</text>`;
}

function takeLabel(places: LabelPlaces, arrow: SequenceArrow): void {
  const width = Math.min(LABEL_MAX, messageLabel(arrow).length) * CHARACTER_WIDTH;
  const x = arrow.sent.side === 'left' ? LIFELINE.left + LABEL_INSET : LIFELINE.right - LABEL_INSET - width;
  places.take(x, x + width, arrow.sent.y - 4);
}

function messageLabel({ message }: SequenceArrow): string {
  if (message.packets <= 1 || /^[\d,. ]+×/.test(message.label)) return message.label;
  return `${count(message.packets)} × ${message.label}`;
}

function messageTitle(arrow: SequenceArrow): string {
  const { message } = arrow;
  const end =
    message.receivedNs === null
      ? `lost (${message.dropReason ?? 'reason unknown'})`
      : `received ${time(lastPoint(arrow).atNs - message.sentNs)} later`;
  return `${messageLabel(arrow)}\nsent at ${group((message.sentNs / 1000).toFixed(3))} µs, ${end}`;
}

function arrowPoints(arrow: SequenceArrow): SequencePoint[] {
  const received = arrow.message.receivedNs === null ? null : arrow.received;
  return [arrow.sent, arrow.lastSent, received, arrow.lastReceived].filter((point) => point !== null);
}

function lastPoint(arrow: SequenceArrow): SequencePoint {
  return arrow.lastReceived ?? arrow.received;
}

function timeLabel(point: SequencePoint, value: number): Markup {
  const left = point.side === 'left';
  const x = left ? LIFELINE.left - 12 : LIFELINE.right + 12;
  return markup`<circle class="event" cx="${LIFELINE[point.side]}" cy="${point.y}" r="2"/><text class="tick time-${point.side}" x="${x}" y="${point.y + 4}">${group(value.toFixed(3))}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): Markup {
  return markup`<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

/** The head of an arrow at its end, turned with it. */
function head(x1: number, y1: number, x2: number, y2: number): Markup {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [((x2 - x1) / length) * 10, ((y2 - y1) / length) * 10];
  const path = new PathBuilder();
  path
    .moveTo(x2, y2)
    .lineTo(x2 - dx - dy * 0.4, y2 - dy + dx * 0.4)
    .lineTo(x2 - dx + dy * 0.4, y2 - dy - dx * 0.4)
    .close();
  return markup`<path class="head" d="${path.toString()}"/>`;
}
