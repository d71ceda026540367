import { describe, expect, test } from 'vitest';
import { AddressFormat } from '../../fabric/abi.ts';
import { NameReader, addressOfName, nameOfAddress } from '../../fabric/name.ts';
import { PeerBook } from '../../fabric/peer-book.ts';

const { SOCKADDR_IN, TEXT, EFA } = AddressFormat;

describe('names of libfabric as addresses, and back', () => {
  test.each([
    [SOCKADDR_IN, '192.0.2.7:4433', [2, 0, 0x11, 0x51, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0]],
    [TEXT, 'fi_shm://7:0:1', [...new TextEncoder().encode('fi_shm://7:0:1'), 0]],
    [EFA, '0012ab', [0, 0x12, 0xab]],
  ])('of format %i: %s', (format, text, bytes) => {
    expect(addressOfName(format, Uint8Array.from(bytes))).toBe(text);
    expect([...nameOfAddress(format, text)]).toEqual(bytes);
  });

  test.each([
    [SOCKADDR_IN, '192.0.2.7'],
    [SOCKADDR_IN, '192.0.2.256:1'],
    [SOCKADDR_IN, '192.0.2.7:0'],
    [SOCKADDR_IN, 'host:80'],
    [TEXT, 'with space'],
    [TEXT, ''],
    [EFA, '0x12'],
    [EFA, '123'],
  ])('of format %i, %j is none', (format, text) => {
    expect(() => nameOfAddress(format, text)).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
  });

  test('one after the other in messages', () => {
    const reader = new NameReader(EFA);
    const bytes = Uint8Array.from([9, 1, 2, 9, 1, 3, 1, 2]);
    const read = [1, 4, 6, 1].map((at) => reader.read(bytes, at, at + 2));
    expect(read).toEqual(['0102', '0103', '0102', '0102']);
    expect(reader.read(bytes, 1, 2)).toBe('01');
  });
});

test('a book of peers knows each under one number and forgets the oldest: strangers cannot fill memory', () => {
  const removed: number[] = [];
  let next = 0;
  const vector = { insert: () => next++, remove: (peer: number) => removed.push(peer) };
  const book = new PeerBook(vector, EFA, 2);
  expect(['01', '02', '01'].map((address) => book.numberOf(address))).toEqual([0, 1, 0]);
  expect(book.numberOf('03')).toBe(2);
  expect([removed, book.size]).toEqual([[0], 2]);
  expect(book.numberOf('no name')).toBe(-1);
});
