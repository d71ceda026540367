import { describe, expect, test } from 'vitest';
import { CausalityMap } from '../../causality/causality-map.ts';

function endAndRetire(map: CausalityMap, token: number): void {
  map.advance(token, 'succeed');
  map.retire(token);
}

/** REQ CAUSE-1, CAUSE-2, CAUSE-5, CAUSE-6, TEST-U6 · MUST AFTER-4 */
describe('the causality map', () => {
  test.each(['memory', 'sharedMemory'] as const)('grows (%s), and its tokens mean the same after', (kind) => {
    const map = new CausalityMap(CausalityMap[kind](10_000));
    const before = map.buffer.byteLength;
    const first = map.issue()!;
    map.advance(first, 'arrive');
    const tokens = new Set([first]);
    for (let i = 0; i < 9_000; i += 1) tokens.add(map.issue()!);
    expect(tokens.size).toBe(9_001);
    expect(map.buffer.byteLength).toBeGreaterThan(before);
    expect(map.stateOf(first)).toBe('arrived');
  });

  /** REQ CONF-1 */
  test.each(['memory', 'sharedMemory'] as const)('begins as large as is said (%s)', (kind) => {
    const map = new CausalityMap(CausalityMap[kind](4096, 1000));
    const before = map.buffer.byteLength;
    expect(before).toBe(4 * (1 + 1024));
    for (let i = 0; i < 1024; i += 1) map.issue();
    expect(map.buffer.byteLength).toBe(before);
    map.issue();
    expect(map.buffer.byteLength).toBeGreaterThan(before);
  });

  test('is full at its bound, and takes slots again when some are free', () => {
    const map = new CausalityMap(CausalityMap.memory(128));
    const tokens = Array.from({ length: 128 }, () => map.issue()!);
    expect(map.issue()).toBeUndefined();
    endAndRetire(map, tokens[5]!);
    expect(map.issue()).toBeDefined();
    expect(map.issue()).toBeUndefined();
  });

  test('a token whose slot has another tenant is stale: it reads as free and moves nothing', () => {
    const map = new CausalityMap(CausalityMap.memory(64));
    const stale = map.issue()!;
    endAndRetire(map, stale);
    const next = map.issue()!;
    expect(next % 2 ** 24).toBe(stale % 2 ** 24);
    expect(map.stateOf(stale)).toBe('free');
    expect(map.advance(stale, 'fail')).toBe(false);
    expect(map.stateOf(next)).toBe('pending');
    for (const nonsense of [-1, 0, 0.5, NaN, 2 ** 53, next + 2 ** 24, 2 ** 24 + 63]) {
      expect(map.stateOf(nonsense), String(nonsense)).toBe('free');
    }
  });

  test('a slot that has used up its generations is used no more', () => {
    const map = new CausalityMap(CausalityMap.memory(64), 3);
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i += 1) {
      const token = map.issue();
      if (token === undefined) break;
      expect(seen.has(token)).toBe(false);
      seen.add(token);
      endAndRetire(map, token);
    }
    expect(seen.size).toBe(3 * 64);
  });

  test('what has ended stays as it ended', () => {
    const map = new CausalityMap(CausalityMap.memory(64));
    const token = map.issue()!;
    map.advance(token, 'fail');
    for (const event of ['arrive', 'succeed', 'fail'] as const) expect(map.advance(token, event)).toBe(false);
    expect(map.stateOf(token)).toBe('failed');
  });

  test('two workers share it: no slot is given twice, each reads what the other wrote, also where it grew', () => {
    const buffer = CausalityMap.sharedMemory(4096);
    const workers = [new CausalityMap(buffer), new CausalityMap(buffer)];
    const tokens = Array.from({ length: 2000 }, (_, i) => workers[i % 2]!.issue()!);
    expect(new Set(tokens).size).toBe(2000);
    for (const [i, token] of tokens.entries())
      workers[(i + 1) % 2]!.advance(token, i % 3 === 0 ? 'fail' : 'arrive');
    for (const [i, token] of tokens.entries()) {
      expect(workers[i % 2]!.stateOf(token)).toBe(i % 3 === 0 ? 'failed' : 'arrived');
    }
  });
});
