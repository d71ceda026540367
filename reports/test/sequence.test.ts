import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { SequenceDiagram } from '../../scenarios/result.ts';
import { layoutSequence, type SequencePoint } from '../plot/sequence-layout.ts';
import { sequenceDiagram } from '../plot/sequence-diagram.ts';

type Message = SequenceDiagram['messages'][number];

const message: fc.Arbitrary<Message> = fc
  .record({
    sentNs: fc.integer({ min: 0, max: 1e6 }),
    delayNs: fc.option(fc.integer({ min: 0, max: 5e5 })),
    fromLeft: fc.boolean(),
    kind: fc.constantFrom('control' as const, 'data' as const),
    packets: fc.integer({ min: 1, max: 50 }),
    spanNs: fc.option(fc.integer({ min: 1, max: 20_000 })),
  })
  .map(({ sentNs, delayNs, spanNs, ...rest }) => ({
    ...rest,
    sentNs,
    receivedNs: delayNs === null ? null : sentNs + delayNs,
    label: 'X',
    ...(spanNs === null || delayNs === null
      ? {}
      : { lastSentNs: sentNs + spanNs, lastReceivedNs: sentNs + delayNs + spanNs }),
  }));

const messages = fc
  .array(message, { minLength: 1, maxLength: 60 })
  .map((list) => list.sort((a, b) => a.sentNs - b.sentNs));

function pointsOf(list: readonly Message[]): SequencePoint[] {
  return layoutSequence(list)
    .arrows.flatMap((arrow) => [arrow.sent, arrow.lastSent, arrow.received, arrow.lastReceived])
    .filter((point) => point !== null);
}

describe('sequence layout', () => {
  test.prop([messages])('what happens later is never drawn higher', (list) => {
    const points = pointsOf(list).sort((a, b) => a.atNs - b.atNs || a.y - b.y);
    points.slice(1).forEach((point, i) => expect(point.y).toBeGreaterThanOrEqual((points[i]?.y ?? 0) - 1e-9));
  });

  test.prop([messages])(
    'labels of one lifeline keep their distance, and the drawing ends below all',
    (list) => {
      const { height } = layoutSequence(list);
      for (const side of ['left', 'right'] as const) {
        const heights = pointsOf(list)
          .filter((point) => point.side === side)
          .map((point) => point.y)
          .sort((a, b) => a - b);
        heights.slice(1).forEach((y, i) => expect(y - (heights[i] ?? 0)).toBeGreaterThanOrEqual(20));
        for (const y of heights) expect(y).toBeLessThan(height);
      }
    },
  );

  test('a long wait is cut and marked, a short one is to scale', () => {
    const at = (sentNs: number): Message => ({
      sentNs,
      receivedNs: sentNs + 2000,
      fromLeft: true,
      label: 'X',
      kind: 'control',
      packets: 1,
    });
    const layout = layoutSequence([at(0), at(4000), at(4_000_000)]);
    const [first = 0, second = 0, third = 0] = layout.arrows.map((arrow) => arrow.sent.y);
    expect(second - first).toBeCloseTo(68, 5);
    expect(third - second).toBeLessThan(110);
    expect(layout.breaks).toEqual([{ y: expect.any(Number), ns: 3_994_000, silent: true }]);
  });
});

describe('sequence diagram', () => {
  const draw = (list: Message[]): string => {
    const diagram = { title: 't', left: 'host[0]', right: 'host[1]', messages: list };
    return sequenceDiagram(diagram, layoutSequence(list), 'd').text;
  };
  const base: Message = {
    sentNs: 1000,
    receivedNs: 3000,
    fromLeft: true,
    label: 'DATA',
    kind: 'data',
    packets: 31,
  };

  test('a lost message ends in a cross with its reason and has no time at the other side', () => {
    const svg = draw([{ ...base, packets: 1, receivedNs: null, dropReason: 'queue-full' }]);
    expect(svg).toContain('class="cross"');
    expect(svg).toContain('queue-full');
    expect(svg.match(/time-right/g)).toHaveLength(1);
    expect(svg).not.toContain('class="head"');
  });

  test('a folded run says how many packets it is, once', () => {
    expect(draw([base])).toContain('>31 × DATA<');
    expect(draw([{ ...base, label: '31 × DATA 0–45 KB' }])).toContain('>31 × DATA 0–45 KB<');
    expect(draw([{ ...base, lastSentNs: 4000, lastReceivedNs: 6000 }])).toContain('class="band"');
  });

  test('times count from the first packet, in µs at both sides', () => {
    const svg = draw([base, { ...base, sentNs: 5000, receivedNs: 7500, fromLeft: false }]);
    expect(
      [...svg.matchAll(/time-(left|right)" [^>]*>([\d.]+)</g)].map((found) => [found[1], found[2]]),
    ).toEqual([
      ['left', '0.000'],
      ['right', '2.000'],
      ['right', '4.000'],
      ['left', '6.500'],
    ]);
  });
});
