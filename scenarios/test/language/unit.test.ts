import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  DURATION,
  RATE,
  SIZE,
  formatDuration,
  formatRate,
  formatSize,
  parseQuantity,
} from '../../language/unit.ts';

describe('quantities', () => {
  it.each([
    [DURATION, '500ns', 500],
    [DURATION, '0ms', 0],
    [DURATION, '1.5us', 1500],
    // In floating point 1.1 * 10^9 and 4.35 * 100 are not whole.
    [DURATION, '1.1s', 1_100_000_000],
    [SIZE, '4.35KB', 4350],
    [SIZE, '0.3GB', 300_000_000],
    [SIZE, '64KiB', 65_536],
    [SIZE, '1.5MiB', 1_572_864],
    [SIZE, '1GiB', 1_073_741_824],
    [RATE, '100Gbps', 100_000_000_000],
    [RATE, '3.2Tbps', 3_200_000_000_000],
    [RATE, '2.5Mbps', 2_500_000],
    [RATE, '1Kbps', 1000],
    [DURATION, '9007199254740991ns', Number.MAX_SAFE_INTEGER],
  ])('%o %s', (dimension, text, value) => {
    expect(parseQuantity(dimension, text)).toEqual({ ok: true, value });
  });

  it.each([
    [DURATION, '9007199254740992ns', '9007199254740992ns is more than 2^53 - 1 nanoseconds'],
    [DURATION, '1.0005us', '1.0005us is not a whole number of nanoseconds'],
    [DURATION, '-1ms', 'expected a duration, found "-1ms"'],
    [DURATION, '1e3ns', 'expected a duration, found "1e3ns"'],
    [DURATION, '5KB', '5KB is a size, not a duration'],
    [RATE, '5', '5 has no unit'],
    [SIZE, '5Kb', 'unknown unit "Kb" in "5Kb"'],
    [SIZE, true, 'expected a size, found true'],
    [SIZE, [], 'expected a size, found a list'],
    [SIZE, '', 'expected a size, found ""'],
  ])('%o refuses %j', (dimension, input, message) => {
    expect(parseQuantity(dimension, input)).toMatchObject({ ok: false, message });
  });

  test.prop([fc.maxSafeNat()])('what is printed is read back exactly', (value) => {
    expect(parseQuantity(DURATION, formatDuration(value))).toEqual({ ok: true, value });
    expect(parseQuantity(SIZE, formatSize(value))).toEqual({ ok: true, value });
    expect(parseQuantity(RATE, formatRate(value))).toEqual({ ok: true, value });
  });

  it('prints the largest unit that is exact', () => {
    expect([1500, 2_000_000, 0].map(formatDuration)).toEqual(['1500ns', '2ms', '0ns']);
    expect([450_000, 65_536, 64].map(formatSize)).toEqual(['450KB', '64KiB', '64B']);
  });
});
