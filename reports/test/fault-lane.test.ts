import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { faultLane } from '../plot/fault-lane.ts';
import { faultSpans } from '../plot/fault-spans.ts';

const fault = fc
  .record({
    kind: fc.constantFrom('loss', 'crash', 'link-down', 'partition'),
    on: fc.constantFrom('all', 'host[7]', 'link(host[3])', 'nic(host[12], 3)'),
    fromNs: fc.integer({ min: 0, max: 1e6 }),
    forNs: fc.option(fc.integer({ min: 0, max: 1e6 })),
  })
  .map(({ forNs, ...rest }) => ({ ...rest, toNs: forNs === null ? null : rest.fromNs + forNs }));

describe('fault lane', () => {
  test.prop([fc.array(fault, { minLength: 1, maxLength: 30 })])(
    'bars and names of one row keep apart, within the drawing; what has no room is counted',
    (faults) => {
      const { svg, omitted } = faultLane(faultSpans(faults, 1e6), 1e6);
      const drawn = [
        ...svg.text.matchAll(
          /<rect [^>]*x="([\d.]+)" y="(\d+)" width="([\d.]+)"[^>]*\/><text [^>]*x="([\d.]+)"[^>]*>([^<]*)</g,
        ),
      ];
      expect(drawn.length + omitted).toBe(faults.length);
      const rows = new Map<string, [number, number][]>();
      for (const [, x = '', y = '', width = '', textX = '', label = ''] of drawn) {
        const labelEnd = Number(textX) + label.length * 8.5;
        const span: [number, number] = [
          Math.min(Number(x), Number(textX)),
          Math.max(Number(x) + Number(width), labelEnd),
        ];
        expect(span[0]).toBeGreaterThanOrEqual(0);
        expect(span[1]).toBeLessThanOrEqual(1320);
        rows.set(y, [...(rows.get(y) ?? []), span]);
      }
      expect(rows.size).toBeLessThanOrEqual(8);
      for (const spans of rows.values()) {
        spans.sort((a, b) => a[0] - b[0]);
        spans.slice(1).forEach((span, i) => expect(span[0]).toBeGreaterThanOrEqual(spans[i]?.[1] ?? 0));
      }
    },
  );

  test('a fault without an end lasts until the end of the run, and kinds keep their colour', () => {
    const spans = faultSpans(
      [
        { kind: 'loss', on: 'all', fromNs: 5, toNs: null },
        { kind: 'crash', on: 'host[1]', fromNs: 1, toNs: 2 },
        { kind: 'loss', on: 'host[2]', fromNs: 7, toNs: 8 },
      ],
      100,
    );
    expect(spans.map(({ color, toNs }) => [color, toNs])).toEqual([
      ['f1', 2],
      ['f0', 100],
      ['f0', 8],
    ]);
    expect(spans[1]?.when).toBe('from 5 ns until the end');
  });
});
