import { describe, expect, it } from 'vitest';
import { Pattern } from '../../check/index.ts';
import { Rng } from '../../random/rng.ts';

const pattern = (seed: number): Pattern => new Pattern(new Rng(seed).fork('payload'));

describe('message bodies (REQ DST-1)', () => {
  it('depend on the seed and the exchange, not on the runs before or the longest body so far', () => {
    const before = Array.from(pattern(7).body(3, 1000));
    const other = pattern(8);
    other.body(0, 3_000_000);
    const again = pattern(7);
    expect(Array.from(again.body(3, 1000))).toEqual(before);
    again.body(0, 9_000_000);
    expect(Array.from(again.body(3, 1000))).toEqual(before);
    expect(Array.from(other.body(3, 1000))).not.toEqual(before);
    expect(Array.from(again.body(4, 1000))).not.toEqual(before);
  });

  it('are told to be wrong by a single byte, wherever it is', () => {
    const seven = pattern(7);
    for (const at of [0, 500, 998]) {
      const body = seven.body(3, 999).slice();
      expect(seven.matches(3, 999, body)).toBe(true);
      body[at] = (body[at] ?? 0) ^ 1;
      expect(seven.matches(3, 999, body)).toBe(false);
    }
  });

  it('are announced before they are sent: whoever knows the bytes knows all of a body', () => {
    const known: Uint8Array[] = [];
    const announcing = new Pattern(new Rng(1), (bytes) => known.push(bytes));
    for (const lengthBytes of [10, 20_000_000]) {
      const body = announcing.body(1, lengthBytes);
      expect(known.at(-1)?.buffer).toBe(body.buffer);
    }
  });
});
