/** How an endpoint uses packets: header first, then sealing in place; parse, then the header as AAD. */
import { expect, test } from 'vitest';
import {
  ControlPacket,
  DataPacket,
  ExchangeStatus,
  ExchangeStatusName,
  FrameName,
  FrameType,
  PacketKind,
  PullRequest,
  TransferErrorCode,
  TransferErrorDoc,
  TransferErrorName,
  TransferNotify,
  isAckEliciting,
} from '../../wire/index.ts';
import { fromHex } from './codecs.ts';
import { oracleMessages, rawTable } from './oracle.ts';

test('a control packet is built header first, and headerEnd is where its content begins', () => {
  const packet = new ControlPacket();
  packet.credential = new Uint8Array(16).fill(7);
  packet.packetNumber = 16_384;
  const headerBytes = ControlPacket.headerLength(packet.keyPhase, packet.packetNumber);
  packet.length = headerBytes + 20;
  const out = new Uint8Array(100);
  expect(packet.emitHeader(out, 10, out.length)).toBe(10 + headerBytes);
  // Without content, emit writes the same.
  expect(packet.emit(out, 50, out.length)).toBe(50 + headerBytes);
  expect(out.slice(50, 50 + headerBytes)).toEqual(out.slice(10, 10 + headerBytes));
  const parsed = new ControlPacket();
  expect(parsed.parse(out, 10, out.length)).toBe(10 + headerBytes + 20);
  expect(parsed.headerEnd).toBe(10 + headerBytes);
  expect(parsed.sealedLength).toBe(20);
  expect(parsed.sealed).toBe(out);
});

/** REQ CONF-8. */
test.each([0, 63, 64, 16_384, 2 ** 30, Number.MAX_SAFE_INTEGER])(
  'a data packet at offset %i has a header as long as headerLength says',
  (offset) => {
    const packet = new DataPacket();
    packet.offset = offset;
    packet.length = DataPacket.headerLength(offset) + 5;
    const out = new Uint8Array(64);
    expect(packet.emitHeader(out, 0, out.length)).toBe(DataPacket.headerLength(offset));
    packet.payload = out;
    packet.payloadLength = 5;
    expect(packet.emitLength()).toBe(packet.length);
  },
);

test('a payload that stands in its place already is left there', () => {
  const out = Uint8Array.from({ length: 32 }, (_, index) => index);
  const packet = new DataPacket();
  packet.payload = out;
  packet.payloadStart = DataPacket.headerLength(0);
  packet.payloadLength = 8;
  packet.length = packet.emitLength();
  expect(packet.emit(out, 0, 32)).toBe(24);
  expect([...out.subarray(16, 24)]).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
});

test('a view names its fields as the endpoint reads them', () => {
  const bytes = fromHex('ff 13 00000001 00000002 01 00000003 00000004 00000005 06 02 0708 090a');
  const pull = new PullRequest();
  expect(pull.parse(bytes, 1, bytes.length)).toBe(bytes.length);
  expect(pull).toMatchObject({
    transferSlot: 1,
    transferGeneration: 2,
    flags: PullRequest.RETRANSMISSION,
    pullSlot: 3,
    tokenHi: 4,
    tokenLo: 5,
    rateMbps: 6,
    ranges: [7, 8, 9, 10],
    rangesCount: 2,
  });
  const notifyBytes = fromHex('10 00000001 00000002 01 03 02 00 02 abcd');
  const notify = new TransferNotify();
  expect(notify.parse(notifyBytes, 0, notifyBytes.length)).toBe(notifyBytes.length);
  expect(notify.inline).toBe(notifyBytes);
  expect(notify).toMatchObject({ flags: TransferNotify.INLINE, inlineStart: 14, inlineLength: 2 });
});

test('the constants a dispatcher switches on are those of the table', () => {
  const codes = (form: string): Record<string, number> =>
    Object.fromEntries(oracleMessages.filter((m) => m.form === form).map((m) => [m.name, m.code]));
  expect(FrameType).toEqual(codes('frame'));
  expect(Object.values(PacketKind)).toEqual(Object.values(codes('packet')));
  for (const [name, code] of Object.entries(codes('frame'))) expect(FrameName[code]).toBe(name);
  const eliciting = Object.entries(FrameType).filter(([, type]) => isAckEliciting(type));
  expect(eliciting.map(([name]) => name)).toEqual([
    'TRANSFER_NOTIFY',
    'NOTIFY_BLOCKED',
    'FLOW_RESET',
    'STREAM_CREDIT',
    'STREAM_CLOSE',
  ]);
  expect(isAckEliciting(0xff)).toBe(false);
});

test('the error codes are those of the table', () => {
  const codes = (kind: 'transfer' | 'exchange'): Record<string, number> =>
    Object.fromEntries(Object.entries(rawTable.errors[kind]).map(([name, { code }]) => [name, code]));
  expect(TransferErrorCode).toEqual(codes('transfer'));
  expect(ExchangeStatus).toEqual(codes('exchange'));
  expect(TransferErrorName[TransferErrorCode.INTEGRITY]).toBe('INTEGRITY');
  expect(TransferErrorDoc[TransferErrorCode.INTEGRITY]).toContain('verification');
  expect(TransferErrorName[999]).toBeUndefined();
  expect(ExchangeStatusName[ExchangeStatus.HANDLER_FAILED]).toBe('HANDLER_FAILED');
});
