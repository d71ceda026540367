import { describe, expect, it } from 'vitest';
import { cryptoRandom } from '../crypto/random.ts';

describe('cryptoRandom', () => {
  it('never repeats a draw, also across refills of its pool', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 3000; i++) {
      const out = new Uint8Array(16);
      cryptoRandom.fill(out);
      seen.add(Buffer.from(out).toString('hex'));
      const word = cryptoRandom.nextU32();
      expect(Number.isInteger(word) && word >= 0 && word < 2 ** 32).toBe(true);
    }
    expect(seen.size).toBe(3000);
  });

  it('fills exactly the bytes it was given, of any size', () => {
    for (const size of [0, 1, 31, 1024, 1025, 4096, 10_000]) {
      const around = new Uint8Array(size + 2);
      cryptoRandom.fill(around.subarray(1, size + 1));
      expect([around[0], around[size + 1]]).toEqual([0, 0]);
      // All zero has probability 2^-248 here.
      if (size > 30) expect(around.some((byte) => byte !== 0)).toBe(true);
    }
  });

  it('uses every bit of a draw', () => {
    let zeros = 0;
    let ones = 0;
    for (let i = 0; i < 200; i++) {
      const word = cryptoRandom.nextU32();
      ones |= word;
      zeros |= ~word;
    }
    expect([ones >>> 0, zeros >>> 0]).toEqual([0xffffffff, 0xffffffff]);
  });
});
