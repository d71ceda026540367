/**
 * The golden vectors of spec/vectors. The codec and the oracle must both agree with them: if a vector fails, the
 * protocol on the wire has changed.
 * REQ TEST-U10, DOC-8
 */
import { describe, expect, test } from 'vitest';
import { DecodeError, decodeVarint, encodeVarint, varintLengthAt } from '../../wire/index.ts';
import { encode, fromHex, testedMessage, testedMessages, toHex } from './codecs.ts';
import { oracleDecode, oracleEncode, oracleVarint } from './oracle.ts';
import {
  fromFile,
  readVectors,
  vectorFileNames,
  type DatagramVectors,
  type MessageVectors,
  type VarintVectors,
} from './vector-file.ts';

const files = vectorFileNames()
  .filter((name) => name !== 'varint.json' && name !== 'datagram.json')
  .map((name) => readVectors<MessageVectors>(name));

test('every packet and frame has vectors, with at least one valid and two refused inputs', () => {
  expect(files.map((file) => file.message).sort()).toEqual(testedMessages.map(({ name }) => name).sort());
  const poor = files.filter(({ valid, refused }) => valid.length < 1 || refused.length < 2);
  expect(poor.map(({ message }) => message)).toEqual([]);
});

describe.each(files)('$message', (file) => {
  const message = testedMessage(file.message);

  test.each(file.valid)('$name', ({ record: fileRecord, hex }) => {
    const record = fromFile(message.table, fileRecord);
    const bytes = fromHex(hex);
    expect(toHex(oracleEncode(message.table, record)), 'oracle').toBe(toHex(bytes));
    expect(toHex(encode(message, record)), 'codec').toBe(toHex(bytes));
    expect(oracleDecode(message.table, [...bytes]), 'oracle').toEqual({ record, next: bytes.length });
    const codec = message.create();
    expect(codec.parse(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(codec.toRecord()).toEqual(record);
  });

  test.each(file.longForm)('accepts a long form: $name', ({ record: fileRecord, hex }) => {
    const record = fromFile(message.table, fileRecord);
    const bytes = fromHex(hex);
    expect(oracleDecode(message.table, [...bytes]), 'oracle').toEqual({ record, next: bytes.length });
    const codec = message.create();
    expect(codec.parse(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(codec.toRecord()).toEqual(record);
    expect(oracleEncode(message.table, record).length, 'is a long form').toBeLessThan(bytes.length);
  });

  test.each(file.refused)('refuses: $name', ({ hex, error }) => {
    const bytes = fromHex(hex);
    expect(oracleDecode(message.table, [...bytes]), 'oracle').toEqual({ error });
    expect(message.create().parse(bytes, 0, bytes.length)).toBe(DecodeError[error]);
  });
});

describe('varint', () => {
  const file = readVectors<VarintVectors>('varint.json');

  test.each(file.valid)('$value is $hex', ({ value, hex }) => {
    const bytes = fromHex(hex);
    expect(toHex(oracleVarint(BigInt(value))), 'oracle').toBe(hex);
    const out = new Uint8Array(8);
    expect(encodeVarint(value, out, 0, 8)).toBe(bytes.length);
    expect(toHex(out.subarray(0, bytes.length))).toBe(hex);
    expect(decodeVarint(bytes, 0, bytes.length)).toBe(value);
    expect(varintLengthAt(bytes, 0)).toBe(bytes.length);
  });

  test.each(file.longForm)('$hex is $value', ({ value, hex }) => {
    const bytes = fromHex(hex);
    expect(decodeVarint(bytes, 0, bytes.length)).toBe(value);
    expect(varintLengthAt(bytes, 0)).toBe(bytes.length);
  });

  test.each(file.refused)('refuses: $name', ({ hex, error }) => {
    const bytes = fromHex(hex);
    expect(decodeVarint(bytes, 0, bytes.length)).toBe(DecodeError[error]);
  });
});

describe('datagram', () => {
  test.each(readVectors<DatagramVectors>('datagram.json').datagrams)('$name', ({ hex, packets }) => {
    const bytes = fromHex(hex);
    let at = 0;
    for (const { message: name, record, end } of packets) {
      const message = testedMessage(name);
      const codec = message.create();
      expect(codec.parse(bytes, at, bytes.length)).toBe(end);
      expect(codec.toRecord()).toEqual(fromFile(message.table, record));
      at = end;
    }
    expect(at).toBe(bytes.length);
  });
});
