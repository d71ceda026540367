import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_NAMES, builtInDistribution } from '../../distributions/built-in.ts';
import { SizeDistribution } from '../../distributions/size-distribution.ts';

const TWO_STEPS = new SizeDistribution([
  { bytes: 100, cdf: 0 },
  { bytes: 100, cdf: 0.5 },
  { bytes: 200, cdf: 0.75 },
  { bytes: 1000, cdf: 1 },
]);

describe('SizeDistribution', () => {
  it.each([
    [0, 100],
    [0.25, 100],
    [0.5, 100],
    [0.625, 150],
    [0.75, 200],
    [0.875, 600],
    [1, 1000],
  ])('between points the size is linear: at %d it is %d', (u, bytes) => {
    expect(TWO_STEPS.sample(u)).toBe(bytes);
  });

  it('the first point holds the probability up to its own', () => {
    const steps = new SizeDistribution([
      { bytes: 7, cdf: 0.5 },
      { bytes: 9, cdf: 1 },
    ]);
    expect([0, 0.4, 0.5, 0.75].map((u) => steps.sample(u))).toEqual([7, 7, 7, 8]);
    expect(steps.meanBytes).toBe(0.5 * 7 + 0.5 * 8);
  });

  it('a jump at one probability has no sizes in between', () => {
    const jump = new SizeDistribution([
      { bytes: 10, cdf: 0.5 },
      { bytes: 90, cdf: 0.5 },
      { bytes: 90, cdf: 1 },
    ]);
    expect([0.5, 0.5000001].map((u) => jump.sample(u))).toEqual([10, 90]);
  });

  it('a single point is a fixed size', () => {
    const fixed = new SizeDistribution([{ bytes: 64, cdf: 1 }]);
    expect([fixed.sample(0), fixed.sample(0.9), fixed.meanBytes]).toEqual([64, 64, 64]);
  });

  it('is complete, or its author is told', () => {
    expect(() => new SizeDistribution([])).toThrow('cdf 1');
    expect(() => new SizeDistribution([{ bytes: 1, cdf: 0.5 }])).toThrow('cdf 1');
  });

  describe.each(BUILT_IN_NAMES)('%s', (name) => {
    const distribution = builtInDistribution(name);

    test.prop([fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })])(
      'draws whole bytes within its bounds',
      (u) => {
        const size = distribution.sample(u);
        expect(Number.isSafeInteger(size)).toBe(true);
        expect(size).toBeGreaterThanOrEqual(distribution.points[0]!.bytes);
        expect(size).toBeLessThanOrEqual(distribution.points.at(-1)!.bytes);
      },
    );

    it('has the mean of its draws: a load computed from it is the load that is offered', () => {
      const draws = 200_000;
      let sum = 0;
      for (let i = 0; i < draws; i++) sum += distribution.sample((i + 0.5) / draws);
      expect(sum / draws / distribution.meanBytes).toBeCloseTo(1, 3);
    });
  });

  it('the built-in ones are those of the papers', () => {
    const means = BUILT_IN_NAMES.map((name) => [name, Math.round(builtInDistribution(name).meanBytes)]);
    expect(means).toMatchInlineSnapshot(`
      [
        [
          "websearch",
          1665831,
        ],
        [
          "imc10",
          195357,
        ],
        [
          "w3",
          2890,
        ],
      ]
    `);
  });
});
