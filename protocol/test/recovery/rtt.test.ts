import { describe, expect, test } from 'vitest';
import { RttEstimator } from '../../recovery/rtt.ts';

function after(...samples: [sampleNs: number, delayNs: number][]): RttEstimator {
  const rtt = new RttEstimator(333_000);
  for (const [sample, delay] of samples) rtt.update(sample, delay);
  return rtt;
}

/** RFC 9002 section 5.2 and 5.3, worked by hand · MUST ACK-5. */
describe('RttEstimator', () => {
  test('before the first sample it has the initial values: kInitialRtt and half of it', () => {
    const rtt = after();
    expect([rtt.smoothedNs, rtt.variationNs, rtt.samples]).toEqual([333_000, 166_500, 0]);
  });

  test('the first sample replaces them; its delay does not count, the minimum being the sample itself', () => {
    const rtt = after([100_000, 30_000]);
    expect([rtt.smoothedNs, rtt.variationNs, rtt.minNs]).toEqual([100_000, 50_000, 100_000]);
  });

  test('later samples: rttvar 3/4 and 1/4 of the deviation from the old srtt, then srtt 7/8 and 1/8', () => {
    // rttvar = (3 * 50_000 + |100_000 - 180_000|) / 4 = 57_500; srtt = (7 * 100_000 + 180_000) / 8 = 110_000
    const rtt = after([100_000, 0], [180_000, 0]);
    expect([rtt.smoothedNs, rtt.variationNs, rtt.minNs]).toEqual([110_000, 57_500, 100_000]);
  });

  test('the acknowledgement delay shortens a sample', () => {
    // 180_000 - 40_000 = 140_000: rttvar = (150_000 + 40_000) / 4 = 47_500; srtt = (700_000 + 140_000) / 8 = 105_000
    const rtt = after([100_000, 0], [180_000, 40_000]);
    expect([rtt.smoothedNs, rtt.variationNs, rtt.latestNs]).toEqual([105_000, 47_500, 140_000]);
  });

  test('but never below the minimum: then it is ignored', () => {
    const rtt = after([100_000, 0], [120_000, 30_000]);
    expect([rtt.latestNs, rtt.minNs, rtt.smoothedNs]).toEqual([120_000, 100_000, 102_500]);
  });

  test('the minimum follows the samples as they are, without their delay', () => {
    expect(after([100_000, 0], [90_000, 50_000]).minNs).toBe(90_000);
  });

  test('a sample of nothing or less is no sample', () => {
    expect(after([0, 0], [-5, 0]).samples).toBe(0);
  });

  test('all values stay integers', () => {
    const rtt = after([100_001, 0], [33_333, 7], [77_777, 13], [12_345, 1]);
    for (const value of [rtt.smoothedNs, rtt.variationNs, rtt.minNs, rtt.latestNs]) {
      expect(Number.isInteger(value), String(value)).toBe(true);
    }
  });
});
