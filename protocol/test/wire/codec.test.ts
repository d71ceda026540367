/**
 * The generated codec against an independent interpreter of the same table, on random records and random bytes.
 * REQ TEST-U10
 */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { DecodeError, decodeErrorName } from '../../wire/index.ts';
import { mutatedArbitrary, noiseArbitrary, recordArbitrary } from './arbitraries.ts';
import { emitLength, encode, testedMessages, toHex } from './codecs.ts';
import { oracleDecode, oracleEncode } from './oracle.ts';

const runs = { numRuns: process.env['DEEP'] === '1' ? 50_000 : 100 };

describe.each(testedMessages)('$name', (message) => {
  const { table } = message;
  const records = recordArbitrary(table);

  test('emits the bytes the table says', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(toHex(encode(message, record))).toBe(toHex(oracleEncode(table, record)));
      }),
      runs,
    );
  });

  test('parses what it emitted to the same record, wherever it stands', () => {
    fc.assert(
      fc.property(records, fc.nat(20), fc.nat(20), (record, before, after) => {
        const bytes = encode(message, record);
        const buffer = new Uint8Array(before + bytes.length + after).fill(0xff);
        buffer.set(bytes, before);
        const codec = message.create();
        expect(codec.parse(buffer, before, buffer.length)).toBe(before + bytes.length);
        expect(codec.toRecord()).toEqual(record);
      }),
      runs,
    );
  });

  test('refuses every truncation, though the missing bytes stand behind the limit', () => {
    const codec = message.create();
    fc.assert(
      fc.property(records, fc.nat(3), (record, before) => {
        const bytes = encode(message, record);
        const buffer = new Uint8Array(before + bytes.length);
        buffer.set(bytes, before);
        for (let limit = before; limit < buffer.length; limit++) {
          const end = codec.parse(buffer, before, limit);
          if (end !== DecodeError.TRUNCATED) expect.fail(`cut at ${limit - before}: ${end}`);
        }
      }),
      runs,
    );
  });

  test('accepts exactly what the table accepts, with the same record, and never throws', () => {
    const bytesArbitrary = fc.oneof(mutatedArbitrary(table), noiseArbitrary(table));
    const codec = message.create();
    fc.assert(
      fc.property(bytesArbitrary, fc.nat(3), (bytes, before) => {
        // Garbage around the input: neither what stands before nor what stands behind may matter.
        const buffer = new Uint8Array(before + bytes.length + 3).fill(0xa5);
        buffer.set(bytes, before);
        const end = codec.parse(buffer, before, before + bytes.length);
        const expected = oracleDecode(table, bytes);
        if ('error' in expected) {
          expect(decodeErrorName(end), `refused by the table: ${expected.error}`).toBeDefined();
        } else {
          expect(end).toBe(before + expected.next);
          expect(codec.toRecord()).toEqual(expected.record);
        }
      }),
      { numRuns: runs.numRuns * 5 },
    );
  });

  test('emits what it parsed in its shortest form', () => {
    const codec = message.create();
    fc.assert(
      fc.property(mutatedArbitrary(table), (bytes) => {
        const result = oracleDecode(table, bytes);
        if ('error' in result) return;
        const input = Uint8Array.from(bytes);
        codec.parse(input, 0, input.length);
        const expected = oracleEncode(table, result.record);
        // A packet that was not in its shortest form says a length that is no longer true.
        if (table.form === 'packet' && expected.length !== result.next) return;
        const out = new Uint8Array(expected.length);
        expect(codec.emit(out, 0, out.length)).toBe(expected.length);
        expect(toHex(out)).toBe(toHex(expected));
      }),
      runs,
    );
  });

  test('writes nothing outside [at, limit), and nothing at all if it does not fit', () => {
    fc.assert(
      fc.property(records, fc.nat(20), fc.nat(20), fc.nat(), (record, before, after, short) => {
        const codec = message.create();
        codec.load(record as never);
        const length = emitLength(codec);
        const out = new Uint8Array(before + length + after).fill(0xa5);
        expect(codec.emit(out, before, before + length - 1 - (short % length))).toBe(-1);
        expect(out.every((byte) => byte === 0xa5)).toBe(true);
        expect(codec.emit(out, before, before + length)).toBe(before + length);
        const outside = [...out.subarray(0, before), ...out.subarray(before + length)];
        expect(outside.every((byte) => byte === 0xa5)).toBe(true);
      }),
      runs,
    );
  });

  test('a reused view shows nothing of the message before', () => {
    fc.assert(
      fc.property(records, records, (first, second) => {
        const codec = message.create();
        const a = encode(message, first);
        const b = encode(message, second);
        codec.parse(a, 0, a.length);
        codec.parse(b, 0, b.length);
        expect(codec.toRecord()).toEqual(second);
        codec.load(first as never);
        expect(codec.toRecord()).toEqual(first);
        const fresh = message.create();
        fresh.parse(b, 0, b.length);
        codec.parse(b, 0, b.length);
        expect(withoutLists(codec)).toEqual(withoutLists(fresh));
      }),
      runs,
    );
  });

  test('a record is a copy', () => {
    fc.assert(
      fc.property(records, (record) => {
        const bytes = encode(message, record);
        const codec = message.create();
        codec.parse(bytes, 0, bytes.length);
        const copy = codec.toRecord();
        bytes.fill(0);
        expect(copy).toEqual(record);
      }),
      runs,
    );
  });
});

/** All properties of a view but the arrays of lists, which are longer after longer lists on purpose. */
function withoutLists(codec: object): object {
  return Object.fromEntries(Object.entries(codec).filter(([, value]) => !Array.isArray(value)));
}
