import type { RunReport, SequenceDiagram } from '../../scenarios/result.ts';
import { count, time } from '../figures.ts';
import { markup, type Markup } from '../markup.ts';
import { sequenceDiagram } from '../plot/sequence-diagram.ts';
import { shorten } from '../shorten.ts';
import { layoutSequence } from '../plot/sequence-layout.ts';

/** The packets of one exchange between its two hosts. */
export function sequenceSection(report: RunReport): Markup {
  const diagram = report.sequence;
  if (diagram === null || diagram.messages.length === 0) {
    return section('', markup`<p class="none">No exchange was recorded packet by packet.</p>`);
  }
  const layout = layoutSequence(diagram.messages);
  const drawing = sequenceDiagram(diagram, layout, `Message sequence of ${diagram.title}`);
  const longest = layout.breaks.length > 0;
  const facts = factsOf(diagram, layout.originNs, layout.delayNs);
  const aside = markup`<aside><dl>${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl><ul class="key"><li>${keyLine('control')} control</li><li>${keyLine('data')} data</li><li>${keyBand()} run of data packets, first to last</li><li>${keyLost()} lost on the way</li></ul><p class="remark">Time runs down from the first packet. It is to scale where labels leave room${longest ? '; a zigzag marks a long wait that is cut short' : ''}.</p></aside>`;
  return section(diagram.title, markup`<div class="sequence-layout">${drawing}${aside}</div>`);
}

function section(title: string, body: Markup): Markup {
  return markup`<section id="sequence" class="card"><div class="section-head"><h2>Message sequence</h2><p class="remark"><bdi>${shorten(title, 160)}</bdi></p></div>${body}</section>`;
}

function factsOf(diagram: SequenceDiagram, originNs: number, delayNs: number): [string, string][] {
  let [control, data, lost, endNs] = [0, 0, 0, originNs];
  for (const message of diagram.messages) {
    if (message.kind === 'data') data += message.packets;
    else control += message.packets;
    if (message.receivedNs === null) lost += message.packets;
    endNs = Math.max(endNs, message.lastReceivedNs ?? message.receivedNs ?? message.sentNs);
  }
  return [
    ['first packet at', time(originNs)],
    ['duration', time(endNs - originNs)],
    ['control packets', count(control)],
    ['data packets', count(data)],
    ['lost', count(lost)],
    ['median one-way delay', delayNs > 0 ? time(delayNs) : '–'],
  ];
}

function keyLine(kind: string): Markup {
  return markup`<svg viewBox="0 0 34 14" aria-hidden="true"><g class="message ${kind}"><line x1="1" y1="3" x2="28" y2="9"/><path class="head" d="M33 10L24 12.2L25.6 4.9Z"/></g></svg>`;
}

function keyBand(): Markup {
  return markup`<svg viewBox="0 0 34 14" aria-hidden="true"><g class="message data"><path class="band" d="M1 1L33 5V13L1 9Z"/><line x1="1" y1="1" x2="33" y2="5"/><line x1="1" y1="9" x2="33" y2="13"/></g></svg>`;
}

function keyLost(): Markup {
  return markup`<svg viewBox="0 0 34 14" aria-hidden="true"><g class="message lost"><line x1="1" y1="4" x2="26" y2="8"/><path class="cross" d="M21 3L31 13M31 3L21 13"/></g></svg>`;
}
