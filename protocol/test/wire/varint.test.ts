import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  DecodeError,
  VARINT_MAX,
  decodeVarint,
  encodeVarint,
  varintLength,
  varintLengthAt,
} from '../../wire/index.ts';
import { integerArbitrary } from './arbitraries.ts';
import { fromHex, toHex } from './codecs.ts';
import { oracleVarint } from './oracle.ts';

const value = integerArbitrary(VARINT_MAX);

/** MUST WIRE-3. */
describe('encodeVarint', () => {
  test('writes what RFC 9000 section 16 says, in the shortest form', () => {
    fc.assert(
      fc.property(value, fc.nat(9), (number, at) => {
        const out = new Uint8Array(20).fill(0xa5);
        const end = encodeVarint(number, out, at, out.length);
        expect(toHex(out.subarray(at, end))).toBe(toHex(oracleVarint(BigInt(number))));
        expect(varintLength(number)).toBe(end - at);
        expect(out.subarray(0, at).every((byte) => byte === 0xa5)).toBe(true);
        expect(out.subarray(end).every((byte) => byte === 0xa5)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('writes nothing if there is no room', () => {
    fc.assert(
      fc.property(value, fc.nat(7), (number, room) => {
        const out = new Uint8Array(8);
        if (room >= varintLength(number)) return;
        expect(encodeVarint(number, out, 0, room)).toBe(-1);
        expect(out.every((byte) => byte === 0)).toBe(true);
      }),
    );
  });

  test.each([-1, -0.5, 0.5, 63.5, 2 ** 31 + 0.5, 2 ** 53, 1e300, Infinity, -Infinity, Number.NaN])(
    'throws for %s, which is a programmer error',
    (number) => {
      expect(() => varintLength(number)).toThrow(RangeError);
      expect(() => encodeVarint(number, new Uint8Array(8), 0, 8)).toThrow(`${number} is not an integer`);
    },
  );
});

/** MUST WIRE-3. */
describe('decodeVarint', () => {
  // A.1 of RFC 9000, worked out there by hand; its 8-byte example is above 2^53 - 1.
  test.each([
    ['25', 37, 1],
    ['4025', 37, 2],
    ['7bbd', 15_293, 2],
    ['9d7f3e7d', 494_878_333, 4],
  ])('%s is %i, as in RFC 9000 appendix A.1', (hex, number, length) => {
    expect(decodeVarint(fromHex(hex), 0, length)).toBe(number);
    expect(varintLengthAt(fromHex(hex), 0)).toBe(length);
  });

  test('finds what encodeVarint wrote, and needs each of its bytes', () => {
    fc.assert(
      fc.property(value, fc.nat(5), (number, at) => {
        const out = new Uint8Array(16).fill(0xff);
        const end = encodeVarint(number, out, at, out.length);
        expect(decodeVarint(out, at, end)).toBe(number);
        expect(varintLengthAt(out, at)).toBe(end - at);
        for (let limit = at; limit < end; limit++) {
          expect(decodeVarint(out, at, limit)).toBe(DecodeError.TRUNCATED);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('gives a value in 0 … 2^53 - 1, or an error, for any 8 bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n - 1n }), (number) => {
        const bits = number | (3n << 62n);
        const bytes = Uint8Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(56 - 8 * i)) & 0xffn));
        const expected = number < 2n ** 53n ? Number(number) : DecodeError.VALUE;
        expect(decodeVarint(bytes, 0, 8)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
