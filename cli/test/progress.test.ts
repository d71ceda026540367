import { describe, expect, it } from 'vitest';
import { Progress } from '../progress.ts';

/** A stream that remembers, and a clock that is set. */
function scene(isTTY: boolean): { written: string[]; progress: Progress; at: (ms: number) => void } {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { isTTY, columns: 20, write: (text: string) => written.push(text) };
  const progress = new Progress(stream, () => nowMs);
  const at = (ms: number): void => {
    nowMs = ms;
    progress.update((elapsedMs) => `at ${elapsedMs} ${'.'.repeat(40)}`);
  };
  return { written, progress, at };
}

describe('the progress line on a terminal', () => {
  it('says nothing in the first second, then is rewritten at most ten times a second, and goes away', () => {
    const { written, progress, at } = scene(true);
    for (const ms of [0, 500, 999]) at(ms);
    expect(written).toEqual([]);
    for (const ms of [1000, 1050, 1100]) at(ms);
    expect(written.map((text) => /at \d+/.exec(text)?.[0])).toEqual(['at 1000', 'at 1100']);
    progress.clear();
    progress.clear();
    expect(written.slice(2)).toEqual(['\r\u001b[K']);
  });

  it('is never wider than the terminal, where it could not be rewritten', () => {
    const { written, at } = scene(true);
    at(2000);
    expect(written[0]?.replace('\r\u001b[K', '')).toHaveLength(19);
  });
});

describe('the progress line in a log', () => {
  it('is a line every five seconds, without control characters', () => {
    const { written, progress, at } = scene(false);
    for (const ms of [1000, 4999, 5000, 6000, 10_000]) at(ms);
    progress.clear();
    expect(written.map((text) => /^at (\d+) \.+\n$/.exec(text)?.[1])).toEqual(['5000', '10000']);
  });
});
