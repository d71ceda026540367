import { expect, test } from 'vitest';
import { DataPacket } from '../../wire/index.ts';
import { makePair, pattern, resultOf } from '../support/pair.ts';
import { driven, makePools, quiet } from '../support/pools.ts';

/** MUST STRM-5: the reserve of one message. */
test('a message larger than the limit of its stream arrives', async () => {
  const pools = makePools({
    stream: async function* () {
      for (const bytes of [5000, 300_000, 5000]) yield pattern(bytes);
    },
  });
  const limits = { messages: 4, bytes: 4000 };
  const read = async (): Promise<number[]> => {
    const sizes: number[] = [];
    for await (const { length } of pools.caller.streamingResponse(pools.toServer, pattern(1), { limits }))
      sizes.push(length);
    return sizes;
  };
  expect(await driven(pools, read())).toEqual([5000, 300_000, 5000]);
});

/** MUST RESET-1: not only when the reminder of NOTIFY-5 finds out. The first record never comes right, and most of the message is not even asked for. */
test('a sender learns within round trips that its transfer was given up', () => {
  const options = { peerTimeoutNs: 10_000_000_000, receiveBufferBytes: 65_536 };
  const { net, client, toServer } = makePair({ options });
  const packet = new DataPacket();
  net.hook = ({ bytes }) => {
    if (bytes[0]! >>> 6 !== DataPacket.KIND || packet.parse(bytes, 0, bytes.length) < 0) return undefined;
    if (packet.offset >= 1000) return undefined;
    const changed = bytes.slice();
    changed[packet.payloadStart]! ^= 1;
    return [{ bytes: changed }];
  };
  const id = client.call(toServer, pattern(8_000_000));
  net.run(100_000_000);
  expect(resultOf(client, id).reason).toBe('integrity');
});

/** MUST STRM-4: one message of each stream may always come, whatever others have been granted. */
test.each([1, -1])('responses of many streams are read in any fixed order: %d', async (direction) => {
  const pools = makePools(
    {
      stream: async function* () {
        for (let i = 0; i < 20; i += 1) yield pattern(2000);
      },
    },
    { notifyWindow: 8 },
  );
  const streams = Array.from({ length: 8 }, () => pools.caller.streamingResponse(pools.toServer, pattern(1)));
  const read = async (): Promise<number> => {
    let messages = 0;
    for (const stream of direction > 0 ? streams : streams.toReversed())
      for await (const _ of stream) messages += 1;
    return messages;
  };
  expect(await driven(pools, read())).toBe(160);
  await quiet(pools);
});
