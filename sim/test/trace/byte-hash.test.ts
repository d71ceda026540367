import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteHash, hashBytes } from '../../trace/byte-hash.ts';

/** The lanes in exact arithmetic, one word after the other: the slow obvious version. */
function referenceHash(key: readonly number[], pieces: readonly (readonly number[])[]): number[] {
  const wrap = (value: bigint): bigint => BigInt.asUintN(32, value);
  let lanes = key.map((word) => wrap(BigInt(word)));
  for (const piece of pieces) {
    const padded = [...piece];
    while (padded.length % 16 !== 0) padded.push(0);
    for (let at = 0; at < padded.length; at += 4) {
      const word = padded
        .slice(at, at + 4)
        .reduce((sum, byte, i) => sum + BigInt(byte) * 256n ** BigInt(i), 0n);
      const lane = (at / 4) % 4;
      const sum = wrap((lanes[lane] ?? 0n) + word * 0x85ebca77n);
      lanes[lane] = wrap((wrap(sum << 13n) | (sum >> 19n)) * 0x9e3779b1n);
    }
  }
  const spread = ([a, b, c, d]: bigint[]): bigint[] => {
    const first = wrap((a ?? 0n) + (b ?? 0n) + (c ?? 0n) + (d ?? 0n));
    return [first, ...[b, c, d].map((lane) => wrap((lane ?? 0n) + first))];
  };
  const avalanche = (word: bigint): bigint => {
    let h = wrap((word ^ (word >> 16n)) * 0x85ebca6bn);
    h = wrap((h ^ (h >> 13n)) * 0xc2b2ae35n);
    return h ^ (h >> 16n);
  };
  for (let round = 0; round < 2; round++) lanes = spread(lanes).map(avalanche);
  return lanes.map((lane) => Number(BigInt.asIntN(32, lane)));
}

const bytes = fc.uint8Array({ maxLength: 300, size: 'max' });
const key = fc.tuple(fc.integer(), fc.integer(), fc.integer(), fc.integer());

describe('ByteHash', () => {
  it('is what the slow obvious version says, for several pieces and any alignment', () => {
    fc.assert(
      fc.property(key, fc.array(bytes, { maxLength: 3 }), fc.nat(17), (words, pieces, offset) => {
        const hash = new ByteHash();
        hash.start(...words);
        for (const piece of pieces) {
          const room = new Uint8Array(offset + piece.length + 5).fill(0xa5);
          room.set(piece, offset);
          const view = room.subarray(offset >> 1);
          hash.bytes(view, offset - (offset >> 1), offset - (offset >> 1) + piece.length);
        }
        hash.finish();
        const expected = referenceHash(
          words,
          pieces.map((piece) => [...piece]),
        );
        expect([hash.h0, hash.h1, hash.h2, hash.h3]).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('tells buffers apart that share nothing but their length (a stale view would hash another packet)', () => {
    const buffers = Array.from({ length: 50 }, (_, i) => new Uint8Array(200).fill(i));
    const first = buffers.map((each) => hashBytes(each));
    expect(new Set(first).size).toBe(50);
    const again = [...buffers].reverse().map((each) => hashBytes(each));
    expect(again.reverse()).toEqual(first);
  });
});

describe('the 128 bits', () => {
  it('differ for any two of the messages that are one or two bits away from each other', () => {
    const content = Uint8Array.from({ length: 48 }, (_, i) => i * 91);
    const hash = new ByteHash();
    const seen = new Set<string>();
    const flip = (bit: number): void => {
      content[bit >> 3] = (content[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    };
    const enter = (): void => {
      hash.start(1, 2, 3, 4);
      hash.bytes(content, 0, content.length);
      hash.finish();
      seen.add(`${hash.h0},${hash.h1},${hash.h2},${hash.h3}`);
    };
    enter();
    for (let first = 0; first < 384; first++) {
      flip(first);
      enter();
      for (let second = first + 1; second < 384; second++) {
        flip(second);
        enter();
        flip(second);
      }
      flip(first);
    }
    expect(seen.size).toBe(1 + 384 + (384 * 383) / 2);
  });
});

describe('hashBytes', () => {
  it('is part of trace hashes and therefore fixed', () => {
    const content = Uint8Array.from({ length: 300 }, (_, i) => i * i + 7 * i);
    const values = [0, 1, 5, 16, 63, 64, 65, 300].map((length) => hashBytes(content, 0, length));
    expect(values).toEqual([
      3847550963, 114746890, 1552010148, 2326136813, 3275357323, 1652544030, 2872831605, 185731335,
    ]);
  });

  it('changes with every bit, with the length, and with the order', () => {
    const content = Uint8Array.from({ length: 150 }, (_, i) => i * 37);
    const seen = new Set([hashBytes(content)]);
    for (let bit = 0; bit < content.length * 8; bit++) {
      const flipped = content.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      seen.add(hashBytes(flipped));
    }
    for (let length = 0; length < content.length; length++) seen.add(hashBytes(content, 0, length));
    expect(seen.size).toBe(1 + content.length * 8 + content.length);
    const zeros = new Uint8Array(40);
    expect(new Set(Array.from({ length: 40 }, (_, end) => hashBytes(zeros, 0, end))).size).toBe(40);
  });
});
