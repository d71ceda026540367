import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parseSeedRange, parseShard, seedCount, seedsOf, WHOLE } from '../../sweep/index.ts';

describe('seeds of a sweep', () => {
  test.each([
    ['1..1000', { from: 1, to: 1000 }],
    ['7..7', { from: 7, to: 7 }],
  ])('%s is a range, both ends included', (text, range) => {
    expect(parseSeedRange(text)).toEqual({ ok: true, value: range });
  });

  test.each(['', '1', '1..', '5..4', '-1..3', '1...3', '1..9999999999999999', 'a..b'])(
    '%o is refused',
    (text) => expect(parseSeedRange(text).ok).toBe(false),
  );

  test.each(['0/4', '5/4', '4', '1/0', '1/2/3', '-1/2'])('the shard %o is refused', (text) => {
    expect(parseShard(text).ok).toBe(false);
  });

  test('a range too long to keep is refused, with the shards it takes', () => {
    const seeds = seedsOf({ from: 1, to: 3_000_000 }, WHOLE);
    expect(seeds).toMatchObject({ ok: false, remedy: expect.stringContaining('--shard 1/3') });
  });

  test.prop([fc.nat(50), fc.nat(60), fc.integer({ min: 1, max: 80 })])(
    'shards hold each seed exactly once between them (REQ DST-9)',
    (from, more, count) => {
      const range = { from, to: from + more };
      const shards = Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));
      const all = shards.flatMap((shard) => {
        const seeds = seedsOf(range, shard);
        if (!seeds.ok) throw new Error(seeds.message);
        expect(seedCount(range, shard)).toBe(seeds.value.length);
        return seeds.value;
      });
      expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: more + 1 }, (_, i) => from + i));
    },
  );
});
