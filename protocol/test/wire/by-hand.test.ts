/**
 * One message of each kind whose bytes were written down by hand from spec/wire.md: the only place where nothing
 * interprets the table, so that a mistake that table, generator and oracle share shows here.
 */
import { expect, test } from 'vitest';
import { encode, fromHex, testedMessage, testedMessages, toHex } from './codecs.ts';
import { notifyFlags } from '../support/frames.ts';

const credential = fromHex('00112233445566778899aabbccddeeff');
const dataKey = fromHex('8f8e8d8c8b8a89888786858483828180');

const BY_HAND: Record<string, [record: object, hex: string]> = {
  // kind 0 · version 2 · reused: 00 10 0001. 1 + 2 + 16 + 8 + 1 + 4 + 1 + 2 + 3 = 38 = 0x26
  control: [
    {
      flags: { reused: true, patient: false },
      length: 38,
      credential,
      epoch: { hi: 3, lo: 258 },
      worker: 17,
      receiverTag: 0xbeef,
      keyPhase: 1,
      packetNumber: 300,
      sealed: fromHex('abcdef'),
    },
    `21  0026  00112233445566778899aabbccddeeff  00000003 00000102  11  0000beef  01  412c  abcdef`,
  ],
  // kind 1 · version 2 · retransmission: 01 10 0001. 1 + 2 + 4 + 8 + 4 + 2 = 21 = 0x15. 100,000 = 0x186a0
  data: [
    {
      flags: { retransmission: true, congested: false, crowded: false },
      length: 21,
      pullSlot: 6,
      token: { hi: 0xcafebabe, lo: 1 },
      offset: 100_000,
      payload: fromHex('5566'),
    },
    `61  0015  00000006  cafebabe 00000001  800186a0  5566`,
  ],
  PADDING: [{}, '00'],
  // largest 70 = 0x46 takes 2 bytes; delay 1,000,000 = 0xf4240 takes 4; two ranges
  ACK: [
    {
      largest: 70,
      delayNs: 1_000_000,
      firstRange: 2,
      ranges: [
        { gap: 1, length: 0 },
        { gap: 5, length: 9 },
      ],
    },
    `01  4046  800f4240  02  02 0100 0509`,
  ],
  // both flags: 0x03; status 1
  TRANSFER_NOTIFY: [
    {
      transferSlot: 1,
      transferGeneration: 0x05000002,
      flags: notifyFlags({ inline: true, response: true }),
      priority: 6,
      size: 2,
      headerSize: 0,
      replySlot: 0x1000,
      replyGeneration: 0xff,
      status: 1,
      inline: fromHex('6f6b'),
    },
    `10  00000001 05000002  03  06  02  00  00001000 000000ff  01  02 6f6b`,
  ],
  // limit 2^30 takes 8 bytes; the integers of a list are varints, also slots and generations
  TRANSFER_ACCEPT: [
    { notifyLimit: 1_073_741_824, transfers: [{ slot: 3, generation: 0x4000 }] },
    `11  c000000040000000  01 03 80004000`,
  ],
  NOTIFY_BLOCKED: [{ limit: 16_383 }, `12  7fff`],
  PULL_REQUEST: [
    {
      transferSlot: 1,
      transferGeneration: 2,
      flags: { retransmission: false },
      pullSlot: 3,
      token: { hi: 4, lo: 0xfffffffe },
      rateMbps: 100_000,
      ranges: [
        { offset: 0, length: 63 },
        { offset: 64, length: 65_536 },
      ],
    },
    `13  00000001 00000002  00  00000003  00000004 fffffffe  800186a0  02 003f 404080010000`,
  ],
  RANGE_ACK: [
    { transferSlot: 0x01020304, transferGeneration: 0xfffefdfc, flags: { final: true }, ranges: [] },
    `14  01020304 fffefdfc  01  00`,
  ],
  FLOW_RESET: [
    { transferSlot: 9, transferGeneration: 8, flags: { byReceiver: true }, code: 2 },
    `15  00000009 00000008  01  02`,
  ],
  CANCEL_PULL: [{ transferSlot: 9, transferGeneration: 8 }, `16  00000009 00000008`],
  // 16,383 takes 2 bytes, 16,384 takes 4
  STREAM_CREDIT: [
    {
      exchangeSlot: 9,
      exchangeGeneration: 8,
      flags: { byCallee: true },
      messageLimit: 16_383,
      inlineLimit: 16_384,
    },
    `1a  00000009 00000008  01  7fff  80004000`,
  ],
  STREAM_CLOSE: [
    {
      exchangeSlot: 9,
      exchangeGeneration: 8,
      flags: { byCallee: false },
      count: 3,
      status: 256,
      reason: fromHex('6e6f'),
    },
    `1b  00000009 00000008  00  03  4100  02 6e6f`,
  ],
  STREAM_CLOSE_ACK: [
    { exchangeSlot: 9, exchangeGeneration: 8, flags: { byCallee: true } },
    `1c  00000009 00000008  01`,
  ],
  DATAGRAM: [{ headerSize: 1, payload: fromHex('006869') }, `1d  01  03 006869`],
  DELIVERY: [
    { arrivedBytes: 65_536, againBytes: 1453, belatedBytes: 0, markedBytes: 63, peakMbps: 9687 },
    `21  80010000  45ad  00  3f  65d7`,
  ],
  BACKLOG: [{ delayNs: 16_384 }, `1f  80004000`],
  REGION: [
    { transferSlot: 9, transferGeneration: 8, key: { hi: 1, lo: 2 }, address: { hi: 0x7f, lo: 0xffff0000 } },
    `20  00000009 00000008  00000001 00000002  0000007f ffff0000`,
  ],
  EARLY_DATA: [
    { transferSlot: 9, transferGeneration: 8, end: 20_000, offset: 64, payload: fromHex('006869') },
    `17  00000009 00000008  80004e20  4040  03 006869`,
  ],
  EARLY_LIMIT: [{ sequence: 3, bytes: 20_000 }, `1e  03  80004e20`],
  PROBE: [{ nonce: { hi: 0x80000000, lo: 0x7f } }, `18  80000000 0000007f`],
  PROBE_RESPONSE: [{ nonce: { hi: 0, lo: 0xffffffff } }, `19  00000000 ffffffff`],
};

test('a message of every kind', () => {
  expect(Object.keys(BY_HAND).sort()).toEqual(testedMessages.map(({ name }) => name).sort());
});

test.each(Object.entries(BY_HAND))('%s', (name, [record, hex]) => {
  const message = testedMessage(name);
  expect(toHex(encode(message, record))).toBe(toHex(fromHex(hex)));
  const codec = message.create();
  const bytes = fromHex(hex);
  expect(codec.parse(bytes, 0, bytes.length)).toBe(bytes.length);
  expect(codec.toRecord()).toEqual(record);
});

test('TRANSFER_NOTIFY of a pulled request', () => {
  const record = {
    transferSlot: 1,
    transferGeneration: 2,
    flags: notifyFlags(),
    priority: 0,
    size: 450_000,
    headerSize: 64,
    bufferSlot: 3,
    bufferGeneration: 4,
    dataKey,
    sealing: 1,
  };
  // 450,000 = 0x6ddd0
  const hex = `10 0000000100000002 00 00 8006ddd0 4040 0000000300000004 8f8e8d8c8b8a89888786858483828180 01`;
  expect(toHex(encode(testedMessage('TRANSFER_NOTIFY'), record))).toBe(toHex(fromHex(hex)));
});

test('TRANSFER_NOTIFY of a message of a stream', () => {
  const record = {
    transferSlot: 1,
    transferGeneration: 2,
    flags: notifyFlags({ inline: true, stream: true, continues: true, last: true, deadline: true }),
    priority: 0,
    size: 1,
    headerSize: 0,
    exchangeSlot: 3,
    exchangeGeneration: 4,
    sequence: 70,
    messageLimit: 5,
    inlineLimit: 6,
    timeoutNs: 7,
    inline: fromHex('ff'),
  };
  // inline 1, stream 4, continues 8, last 16, deadline 64: 0x5d
  const hex = `10 0000000100000002 5d 00 01 00 0000000300000004 4046 05 06 07 01ff`;
  expect(toHex(encode(testedMessage('TRANSFER_NOTIFY'), record))).toBe(toHex(fromHex(hex)));
});
