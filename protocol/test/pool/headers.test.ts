import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHeaders, encodeHeaders, textOf, utf8 } from '../../pool/headers.ts';
import type { Headers } from '../../pool/headers.ts';

/** Well-formed text of all planes. */
const text = fc.string({ unit: 'binary', maxLength: 12 });
const headers = fc.dictionary(text, text, { maxKeys: 6, noNullPrototype: false });

function decoded(bytes: number[] | Uint8Array): Headers | undefined {
  return decodeHeaders(Uint8Array.from(bytes));
}

/** REQ PAT-6 · MUST HEADER-1. */
describe('headers', () => {
  test('come back as they were, in their order', () => {
    fc.assert(
      fc.property(headers, (given) => {
        const back = decodeHeaders(encodeHeaders(given));
        expect(back).toBeDefined();
        expect(Object.entries(back!)).toEqual(Object.entries(given));
      }),
      { numRuns: 500 },
    );
  });

  test('are written as the specification says', () => {
    expect([...encodeHeaders({ a: 'bc', '': 'é' })]).toEqual([2, 1, 97, 2, 98, 99, 0, 2, 0xc3, 0xa9]);
    expect([...encodeHeaders({})]).toEqual([]);
    expect([...encodeHeaders(undefined)]).toEqual([]);
  });

  test('names that objects have by nature are ordinary names', () => {
    const given = Object.fromEntries([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', 'z'],
    ]);
    const back = decodeHeaders(encodeHeaders(given))!;
    expect(Object.entries(back)).toEqual(Object.entries(given));
    expect(Object.getPrototypeOf(back)).toBe(null);
    expect(decoded([])!['toString']).toBeUndefined();
  });
});

/** MUST HEADER-2. */
describe('what is not headers', () => {
  test.each([
    ['an end inside the count', [0x40]],
    ['fewer than counted', [2, 1, 97, 1, 98]],
    ['more bytes than counted', [1, 1, 97, 1, 98, 0]],
    ['a count of 0 and more', [0, 1]],
    ['a name longer than all', [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 97]],
    ['a count beyond 2^53', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a name twice', [2, 1, 97, 0, 1, 97, 0]],
    ['a lone continuation byte', [1, 1, 0x80, 0]],
    ['an overlong form', [1, 2, 0xc0, 0x80, 0]],
    ['an overlong form of three bytes', [1, 3, 0xe0, 0x80, 0x80, 0]],
    ['a surrogate', [1, 3, 0xed, 0xa0, 0x80, 0]],
    ['a character beyond the last', [1, 4, 0xf4, 0x90, 0x80, 0x80, 0]],
    ['a character cut off', [1, 2, 0xe2, 0x82, 0]],
  ])('%s', (_name, bytes) => {
    expect(decoded(bytes)).toBeUndefined();
  });

  test('never throws, and is taken only if it is what would be written', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      headers.map((given) => encodeHeaders(given)),
      fc.tuple(headers, fc.nat(60), fc.nat(255)).map(([given, at, byte]) => {
        const changed = encodeHeaders(given).slice();
        if (at < changed.length) changed[at] = byte;
        return changed;
      }),
    );
    fc.assert(
      fc.property(bytes, (hostile) => {
        const back = decodeHeaders(hostile);
        if (back === undefined || hostile.length === 0) return;
        expect(decodeHeaders(encodeHeaders(back))).toEqual(back);
      }),
      { numRuns: 3000 },
    );
  });
});

test('text is UTF-8 as everybody writes it; lone surrogates become U+FFFD', () => {
  const encoder = new TextEncoder();
  // A byte order mark is a character like any other.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
      (given) => {
        expect(utf8(given)).toEqual(encoder.encode(given));
        expect(textOf(utf8(given))).toBe(decoder.decode(encoder.encode(given)));
      },
    ),
    { numRuns: 500 },
  );
  expect(textOf(Uint8Array.of(0xff))).toBe('');
});
