import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../random/rng.ts';
import { childKey, rootKey, type SeedKey } from '../../random/seed.ts';

function draws(rng: Rng, count = 4): number[] {
  return Array.from({ length: count }, () => rng.nextU32());
}

/** sfc32 as its author writes it, in exact arithmetic. */
function* referenceStream(key: SeedKey): Generator<number, never> {
  const wrap = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = [key.w0, key.w1, key.w2, key.w3].map((word) => wrap(BigInt(word))) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  for (let drawn = 0; ; drawn++) {
    const out = wrap(a + b + counter);
    counter = wrap(counter + 1n);
    a = b ^ (b >> 9n);
    b = wrap(c + (c << 3n));
    c = wrap((wrap(c << 21n) | (c >> 11n)) + out);
    if (drawn >= 12) yield Number(out);
  }
}

/** Pearson's statistic over `cells` equally likely cells; its mean is cells - 1, its deviation sqrt(2 cells). */
function chiSquare(cells: number, samples: number, draw: () => number): number {
  const counts = new Float64Array(cells);
  for (let i = 0; i < samples; i++) {
    const cell = draw();
    counts[cell] = (counts[cell] ?? Number.NaN) + 1;
  }
  const expected = samples / cells;
  return counts.reduce((sum, count) => sum + (count - expected) * (count - expected), 0) / expected;
}

describe('the stream is for ever (REQ DST-1): a change breaks every saved scenario and capsule', () => {
  it.each([
    [0, [316441600, 1955173651, 1248192081, 479641622]],
    [1, [3730103553, 2306578230, 2566468868, 2661175867]],
    [-1, [1758785761, 3322855153, 3963631883, 968482950]],
    [Number.MAX_SAFE_INTEGER, [768806540, 3613242767, 2484313324, 3516246454]],
  ])('seed %d', (seed, expected) => {
    expect(draws(new Rng(seed))).toEqual(expected);
  });

  it('forks', () => {
    expect(draws(new Rng(1).fork('link/a-b'))).toEqual([1653637866, 3879070569, 1010932488, 1457461940]);
    expect(draws(new Rng(1).fork('link').fork('a-b'))).toEqual([
      1005191205, 2908238687, 2501434711, 3338357043,
    ]);
    expect(draws(new Rng(1).fork(''))).toEqual([2382638953, 1992603946, 3412284450, 3435820686]);
  });

  it('everything made of it', () => {
    const rng = new Rng(1);
    expect([rng.nextFloat(), rng.below(6), rng.below(1e9), rng.below(2 ** 40)]).toEqual([
      0.8684824149090207, 3, 661175867, 232378008880,
    ]);
    expect([rng.ratio(1, 3), rng.exponential(1000)]).toEqual([true, 2670.2512632567696]);
    const bytes = new Uint8Array(7);
    new Rng(1).fill(bytes);
    expect([...bytes]).toEqual([0x01, 0xdd, 0x54, 0xde, 0x36, 0x97, 0x7b]);
    const items = [0, 1, 2, 3, 4, 5, 6, 7];
    new Rng(1).shuffle(items);
    expect(items).toEqual([1, 0, 4, 2, 5, 7, 3, 6]);
  });

  it('is sfc32', () => {
    for (const seed of [0, 1, 12345]) {
      const reference = referenceStream(rootKey(seed));
      const rng = new Rng(seed);
      for (let i = 0; i < 5000; i++) expect(rng.nextU32()).toBe(reference.next().value);
    }
  });

  it('has its own stream for every seed, and refuses what is no seed', () => {
    const first = new Set(Array.from({ length: 5000 }, (_, seed) => draws(new Rng(seed), 2).join()));
    expect(first.size).toBe(5000);
    expect(draws(new Rng(2 ** 32 + 1))).not.toEqual(draws(new Rng(1)));
    for (const seed of [0.5, Number.NaN, 2 ** 53]) expect(() => new Rng(seed)).toThrow(RangeError);
  });
});

describe('forks', () => {
  const name = fc.string({ unit: 'binary', maxLength: 12 });

  it('depend on seed and names, never on what was drawn from the parent or from another fork', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(name, { maxLength: 4 }),
        fc.nat(20),
        name,
        (seed, path, drawn, other) => {
          const walk = (root: Rng, disturb: boolean): Rng =>
            path.reduce((rng, step) => {
              if (disturb) {
                draws(rng, drawn);
                draws(rng.fork(other), drawn);
              }
              return rng.fork(step);
            }, root);
          expect(draws(walk(new Rng(seed), true))).toEqual(draws(walk(new Rng(seed), false)));
        },
      ),
    );
  });

  it('differ when their names differ, also by what is easily overlooked', () => {
    const names = [
      '',
      ' ',
      '  ',
      '\0',
      '\0\0',
      'a',
      'b',
      'ab',
      'ba',
      'host[1]',
      'host[2]',
      'abcd',
      'abcd\0',
      'abcde',
    ];
    const streams = new Set(names.map((each) => draws(new Rng(1).fork(each)).join()));
    expect(streams.size).toBe(names.length);
    fc.assert(
      fc.property(name, name, (left, right) => {
        fc.pre(left !== right);
        expect(childKey(rootKey(1), left)).not.toEqual(childKey(rootKey(1), right));
      }),
    );
  });

  it('of 1000 similar names are not correlated: the first draws are uniform', () => {
    const root = new Rng(7);
    let i = 0;
    const statistic = chiSquare(64, 6400, () => root.fork(`link/${i++}`).nextU32() >>> 26);
    expect(Math.abs(statistic - 63)).toBeLessThan(4 * Math.sqrt(2 * 63));
  });
});

describe('distributions', () => {
  const limits = fc.oneof(
    fc.constantFrom(1, 2, 2 ** 21, 2 ** 21 + 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53),
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1, max: 2 ** 53 - 1 }),
  );

  it('below(n) is an integer in [0, n)', () => {
    fc.assert(
      fc.property(limits, fc.integer(), (n, seed) => {
        const rng = new Rng(seed);
        for (let i = 0; i < 20; i++) {
          const value = rng.below(n);
          expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
        }
      }),
    );
  });

  // At 3 × 2^30 and 3 × 2^51 a plain remainder would favour a third of the results twofold.
  it.each([3, 6, 96, 3 * 2 ** 19, 3 * 2 ** 30, 3 * 2 ** 51])('below(%d) favours nobody', (n) => {
    const rng = new Rng(42);
    const cells = Math.min(n, 96);
    const statistic = chiSquare(cells, 96_000, () => Math.floor((rng.below(n) * cells) / n));
    expect(Math.abs(statistic - (cells - 1))).toBeLessThan(4 * Math.sqrt(2 * cells));
  });

  it('below(n) draws again for the 2^32 mod n words that would give some results one word more', () => {
    let words: number[] = [];
    class Scripted extends Rng {
      override nextU32(): number {
        return words.shift() ?? 1;
      }
    }
    const rng = new Scripted(1);
    for (const n of [3, 1000, 3 * 2 ** 19]) {
      for (let result = 0; result < Math.min(n, 4000); result++) {
        // The first word of each result: it is the one too many, or it is not.
        const word = Math.ceil((result * 2 ** 32) / n);
        words = [word, 1];
        rng.below(n);
        const isDrawnAgain = (word * n) % 2 ** 32 < 2 ** 32 % n;
        expect(words.length).toBe(isDrawnAgain ? 0 : 1);
      }
    }
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53 + 2, Infinity])('below(%d) is a mistake', (n) => {
    expect(() => new Rng(1).below(n)).toThrow(/below/);
  });

  it('ratio() is true so often, never for 0 and always for 1', () => {
    const rng = new Rng(3);
    let hits = 0;
    for (let i = 0; i < 100_000; i++) if (rng.ratio(1, 100)) hits++;
    expect(Math.abs(hits - 1000)).toBeLessThan(4 * Math.sqrt(1000));
    for (let i = 0; i < 100; i++) {
      expect(rng.ratio(0, 7)).toBe(false);
      expect(rng.ratio(7, 7)).toBe(true);
    }
    expect(() => rng.ratio(2, 1)).toThrow(/probability/);
  });

  it('nextFloat() is uniform in [0, 1) and uses 53 bits', () => {
    const rng = new Rng(9);
    const statistic = chiSquare(100, 100_000, () => Math.floor(rng.nextFloat() * 100));
    expect(Math.abs(statistic - 99)).toBeLessThan(4 * Math.sqrt(200));
    let isOdd = 0;
    for (let i = 0; i < 1000; i++) if ((rng.nextFloat() * 2 ** 53) % 2 === 1) isOdd++;
    expect(Math.abs(isOdd - 500)).toBeLessThan(64);
  });

  it('exponential(mean) has that mean, and the share exp(-1) above it', () => {
    const rng = new Rng(11);
    const samples = Array.from({ length: 100_000 }, () => rng.exponential(250));
    const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length;
    const above = samples.filter((each) => each > 250).length / samples.length;
    expect(Math.abs(mean - 250)).toBeLessThan(4 * (250 / Math.sqrt(100_000)));
    expect(Math.abs(above - 0.36788)).toBeLessThan(0.007);
    expect(samples.every((each) => each >= 0 && each < 250 * 40)).toBe(true);
  });

  it('shuffle() makes every order equally often', () => {
    const rng = new Rng(13);
    const orders = ['012', '021', '102', '120', '201', '210'];
    const statistic = chiSquare(6, 6000, () => {
      const items = [0, 1, 2];
      rng.shuffle(items);
      return orders.indexOf(items.join(''));
    });
    expect(statistic).toBeLessThan(5 + 4 * Math.sqrt(12));
  });

  it('fill() fills all of it with uniform bytes', () => {
    const bytes = new Uint8Array(25_601);
    new Rng(17).fill(bytes);
    let i = 0;
    const statistic = chiSquare(256, bytes.length, () => bytes[i++] as number);
    expect(Math.abs(statistic - 255)).toBeLessThan(4 * Math.sqrt(512));
  });
});
