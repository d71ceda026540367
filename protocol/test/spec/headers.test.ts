import { describe, expect, test } from 'vitest';
import { decodeHeaders, encodeHeaders } from '../../pool/headers.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** MUST HEADER-1. */
describe('headers', () => {
  test('are a count, then name and value with their lengths, in the order of the application', () => {
    const long = 'x'.repeat(70);
    expect(Buffer.from(encodeHeaders({ b: 'é', a: '', c: long })).toString('hex')).toBe(
      `03 0162 02c3a9 0161 00 0163 4046 ${'78'.repeat(70)}`.replaceAll(' ', ''),
    );
  });

  test('are no bytes when there are none', () => {
    expect(encodeHeaders({}).length).toBe(0);
    expect(encodeHeaders(undefined).length).toBe(0);
    expect(decodeHeaders(new Uint8Array(0))).toEqual({});
  });
});

/** MUST HEADER-2. */
describe('headers are refused', () => {
  test('but not when they are right, in any length of a varint', () => {
    expect(decodeHeaders(bytes('02 0162 02c3a9 0161 00'))).toEqual({ b: 'é', a: '' });
    expect(decodeHeaders(bytes('4001 800000016b c000000000000001 76'))).toEqual({ k: 'v' });
  });

  test.each([
    ['a count without headers', '01'],
    ['a name without a value', '01 0161'],
    ['a name that does not end', '01 0561'],
    ['a value that does not end', '01 0161 0562'],
    ['a count of 2^53', 'c020000000000000'],
    ['a length of 2^53', '01 c020000000000000'],
    ['a repeated name', '02 0161 0162 0161 0163'],
    ['bytes left over', '01 0161 0162 00'],
    ['a lone continuation byte', '01 0161 0180'],
    ['a cut off character', '01 0161 01c3'],
    ['an overlong slash', '01 0161 02c0af'],
    ['an overlong character of three bytes', '01 0161 03e080af'],
    ['a surrogate', '01 0161 03eda080'],
    ['a character above U+10FFFF', '01 0161 04f4908080'],
  ])('with %s', (_what, hex) => {
    expect(decodeHeaders(bytes(hex))).toBeUndefined();
  });

  test('and a name of the language itself is like any other', () => {
    const encoded = encodeHeaders(
      JSON.parse('{"__proto__": "a", "constructor": "b"}') as Record<string, string>,
    );
    expect(Object.entries(decodeHeaders(encoded)!)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });
});
