import { expect, test } from 'vitest';
import { ArrivalMeter } from '../../transfer/arrival-meter.ts';

/** 1 byte a nanosecond, looked at over 1000 ns. */
const meter = (): ArrivalMeter => new ArrivalMeter(8e9, 1000);

test('a link that carries what it can is busy, also just after a window has begun, and is not once a window has passed without anything', () => {
  const it = meter();
  for (let now = 0; now < 5000; now += 100) it.onBytes(now, 100);
  for (const now of [5000, 5050, 5200]) expect(it.isBusy(now, 1), String(now)).toBe(true);
  expect(it.isBusy(5300, 1)).toBe(false);
  expect(it.isBusy(50_000, 1)).toBe(false);
});

test('half of it is not enough for one receiver, but the share of two of them', () => {
  const it = meter();
  for (let now = 0; now < 5000; now += 100) it.onBytes(now, 50);
  expect(it.isBusy(4999, 1)).toBe(false);
  expect(it.isBusy(4999, 2)).toBe(true);
});

test('what came long ago does not count for now', () => {
  const it = meter();
  it.onBytes(10, 100_000);
  expect(it.isBusy(20, 1)).toBe(true);
  expect(it.isBusy(2500, 1)).toBe(false);
});
