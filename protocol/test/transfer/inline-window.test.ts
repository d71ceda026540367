import { expect, test } from 'vitest';
import { InlineWindow } from '../../transfer/inline-window.ts';

const PACKET = 1500;

/** MUST NOTIFY-9 */
test('the window is a sixteenth of what a port holds at first, 64 KiB at most and a packet at least', () => {
  for (const [port, first] of [
    [2 ** 40, 65_536],
    [500_000, 31_250],
    [20_000, PACKET],
  ] as const) {
    const window = new InlineWindow(port, PACKET);
    expect(window.admits(first)).toBe(true);
    expect(window.admits(first + 1)).toBe(false);
    window.onSubmitted(first - 10);
    expect([window.admits(10), window.admits(11)]).toEqual([true, false]);
  }
});

/** MUST NOTIFY-9 */
test('it doubles in a round trip while it is used, and not while it is not', () => {
  const used = new InlineWindow(2 ** 40, PACKET);
  for (let i = 0; i < 64; i += 1) used.onSubmitted(1024);
  for (let i = 0; i < 64; i += 1) {
    used.onEnded(1024);
    used.onSubmitted(1024);
  }
  for (let i = 0; i < 64; i += 1) used.onEnded(1024);
  expect(used.admits(131_072)).toBe(true);
  const idle = new InlineWindow(2 ** 40, PACKET);
  for (let i = 0; i < 1000; i += 1) {
    idle.onSubmitted(1024);
    idle.onEnded(1024);
  }
  expect(idle.admits(65_537)).toBe(false);
});

/** MUST NOTIFY-9 */
test('losses halve it once in a round trip down to nothing, announcements that arrive open it, and what arrives then brings it back', () => {
  const window = new InlineWindow(2 ** 40, PACKET);
  window.onLost(0, 100);
  window.onLost(99, 100);
  expect([window.admits(32_768), window.admits(32_769)]).toEqual([true, false]);
  for (let i = 1; i <= 5; i += 1) window.onLost(i * 100, 100);
  expect(window.admits(1)).toBe(false);
  for (let i = 0; i < 16; i += 1) window.onAnnounced();
  expect(window.admits(1)).toBe(true);
  for (let i = 0; i < 64; i += 1) {
    window.onSubmitted(1000);
    window.onEnded(1000);
  }
  expect(window.admits(64_000)).toBe(true);
});
