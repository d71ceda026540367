import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bytes, count, counted, percent, plain, rate, time } from '../figures.ts';

describe('figures', () => {
  test.each([
    [0, '0 ns'],
    [7, '7 ns'],
    [999.7, '1 µs'],
    [12_345, '12.3 µs'],
    [999_600, '1 ms'],
    [3_790_000, '3.79 ms'],
    [2e9, '2 s'],
    [7.2e12, '7,200 s'],
    [3e15, '3e6 s'],
    [NaN, '–'],
    [Infinity, '∞'],
  ])('%d ns reads %s', (ns, text) => {
    expect(time(ns)).toBe(text);
  });

  test('bytes and rates have decimal prefixes', () => {
    expect(bytes(450_000)).toBe('450 KB');
    expect(bytes(1)).toBe('1 B');
    expect(bytes(2.034e9)).toBe('2.03 GB');
    expect(rate(97.4e9)).toBe('97.4 Gbit/s');
    expect(rate(1500)).toBe('1.5 kbit/s');
  });

  test('counts are exact where a reader would check them', () => {
    expect(count(1_548_758)).toBe('1,548,758');
    expect(count(13_900_000)).toBe('13.9 M');
    expect(counted(1, 'packet')).toBe('1 packet');
    expect(counted(0, 'packet')).toBe('0 packets');
  });

  test.prop([fc.double({ min: 0, max: 0.9999999, noNaN: true })])(
    'less than everything never reads 100 %',
    (ratio) => {
      expect(percent(ratio)).not.toBe('100 %');
    },
  );

  test('all is 100 %, and 97 % is not 96.99 % for the sake of binary fractions', () => {
    expect(percent(1)).toBe('100 %');
    for (let i = 0; i <= 100; i += 1) expect(percent(i / 100)).toBe(`${i} %`);
  });

  test.prop([fc.double({ min: 1e-5, max: 1e12, noNaN: true })])(
    'three digits are what they stand for',
    (value) => {
      const read = Number(plain(value).replaceAll(',', ''));
      expect(Math.abs(read - value)).toBeLessThanOrEqual(value * 0.00501);
    },
  );
});
