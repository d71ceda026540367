/** What a caller does wrong is thrown at once and names the field; nothing wrong reaches the wire. */
import { describe, expect, test } from 'vitest';
import {
  Ack,
  ControlPacket,
  DataPacket,
  FlowReset,
  PullRequest,
  RangeAck,
  TransferNotify,
  type PullRequestRecord,
  type TransferNotifyRecord,
} from '../../wire/index.ts';
import { notifyFlags } from '../support/frames.ts';

const out = new Uint8Array(2000);
const pull: PullRequestRecord = {
  transferSlot: 1,
  transferGeneration: 2,
  flags: { retransmission: false },
  pullSlot: 3,
  token: { hi: 4, lo: 5 },
  rateMbps: 6,
  ranges: [],
};
const notify: TransferNotifyRecord = {
  transferSlot: 1,
  transferGeneration: 2,
  flags: notifyFlags({ inline: true }),
  priority: 0,
  size: 0,
  headerSize: 0,
  inline: new Uint8Array(0),
};

describe('load', () => {
  test.each([
    [{ transferSlot: -1 }, 'PullRequest.transferSlot: -1 is not an integer in 0 … 4294967295'],
    [{ transferSlot: 2 ** 32 }, 'PullRequest.transferSlot'],
    [{ token: { hi: 0, lo: 1.5 } }, 'PullRequest.token.lo'],
    [{ rateMbps: 2 ** 53 }, 'PullRequest.rateMbps'],
    [{ rateMbps: Number.NaN }, 'PullRequest.rateMbps'],
    [{ ranges: [{ offset: -1, length: 1 }] }, 'PullRequest.ranges.offset'],
    [{ ranges: Array.from({ length: 65 }, () => ({ offset: 0, length: 1 })) }, 'PullRequest.ranges.length'],
  ])('PullRequest %j', (change, message) => {
    expect(() => new PullRequest().load({ ...pull, ...change })).toThrow(message);
  });

  test.each([
    [{ priority: 8 }, 'TransferNotify.priority: 8 is not an integer in 0 … 7'],
    [{ flags: notifyFlags({ inline: true, response: true }) }, 'TransferNotify.replySlot'],
    [{ flags: notifyFlags() }, 'TransferNotify.inline: does not go with these flags'],
    [{ dataKey: new Uint8Array(16) }, 'TransferNotify.dataKey: does not go with these flags'],
    [{ status: 0 }, 'TransferNotify.status: does not go with these flags'],
  ])('TransferNotify %j', (change, message) => {
    expect(() => new TransferNotify().load({ ...notify, ...change })).toThrow(message);
  });

  test('a key of the wrong length', () => {
    const { inline: _, ...rest } = notify;
    const record = { ...rest, flags: notifyFlags(), bufferSlot: 0, bufferGeneration: 0 };
    expect(() => new TransferNotify().load({ ...record, dataKey: new Uint8Array(15) })).toThrow(
      'TransferNotify.dataKey: must be 16 bytes, not 15',
    );
    expect(() => new TransferNotify().load(record)).toThrow('TransferNotify.dataKey: is missing');
  });
});

describe('emit', () => {
  const cases: [string, () => unknown][] = [
    ['PullRequest.flags', () => Object.assign(new PullRequest(), { flags: 2 }).emit(out, 0, 2000)],
    ['PullRequest.pullSlot', () => Object.assign(new PullRequest(), { pullSlot: -1 }).emit(out, 0, 2000)],
    ['PullRequest.tokenHi', () => Object.assign(new PullRequest(), { tokenHi: 2 ** 32 }).emit(out, 0, 2000)],
    [
      'PullRequest.rangesCount',
      () => Object.assign(new PullRequest(), { rangesCount: 1 }).emit(out, 0, 2000),
    ],
    [
      'PullRequest.rangesCount',
      () =>
        Object.assign(new PullRequest(), { rangesCount: 65, ranges: new Array(130).fill(0) }).emit(
          out,
          0,
          2000,
        ),
    ],
    ['not an integer', () => Object.assign(new Ack(), { delayNs: 0.5 }).emit(out, 0, 2000)],
    [
      'not an integer',
      () => Object.assign(new RangeAck(), { ranges: [0, -1], rangesCount: 1 }).emit(out, 0, 2000),
    ],
    ['FlowReset.flags', () => Object.assign(new FlowReset(), { flags: 0x81 }).emit(out, 0, 2000)],
    [
      'TransferNotify.priority',
      () => Object.assign(new TransferNotify(), { flags: 1, priority: 8 }).emit(out, 0, 2000),
    ],
    ['TransferNotify.dataKey', () => new TransferNotify().emit(out, 0, 2000)],
    [
      'TransferNotify.inline',
      () => Object.assign(new TransferNotify(), { flags: 1, inlineLength: 1 }).emit(out, 0, 2000),
    ],
    ['ControlPacket.credential', () => new ControlPacket().emitHeader(out, 0, 2000)],
    ['DataPacket.length', () => Object.assign(new DataPacket(), { length: 65_536 }).emitHeader(out, 0, 2000)],
    ['DataPacket.flags', () => Object.assign(new DataPacket(), { flags: 8 }).emitHeader(out, 0, 2000)],
    [
      'DataPacket.length: must be 20, not 19',
      () =>
        Object.assign(new DataPacket(), { payload: new Uint8Array(4), payloadLength: 4, length: 19 }).emit(
          out,
          0,
          2000,
        ),
    ],
    [
      'DataPacket.payload',
      () =>
        Object.assign(new DataPacket(), { payload: new Uint8Array(3), payloadLength: 4, length: 20 }).emit(
          out,
          0,
          2000,
        ),
    ],
  ];

  test.each(cases)('throws for a bad %s and writes nothing', (message, emit) => {
    out.fill(0);
    expect(emit).toThrow(message);
    expect(emit).toThrow(RangeError);
    expect(out.every((byte) => byte === 0)).toBe(true);
  });
});
