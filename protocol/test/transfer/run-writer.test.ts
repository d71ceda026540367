import { describe, expect, test } from 'vitest';
import { TransmitBuffer } from '../../transmit.ts';
import { expectEchoed, makePair, pattern } from '../support/pair.ts';

/** The datagrams of an echo of 200,000 bytes, two of which are lost. */
function datagramsOf(gathers: boolean): { bytes: string[]; pieces: number } {
  const pair = makePair({ options: { burstSegments: 44 } });
  const { net, client, toServer } = pair;
  net.out = new TransmitBuffer(65_536, false, gathers);
  let count = 0;
  net.hook = () => ((count += 1) === 9 || count === 40 ? [] : undefined);
  const body = pattern(200_000);
  const id = client.call(toServer, body);
  expect(net.run(10_000_000_000)).toBe('idle');
  expectEchoed(pair, id, body);
  return { bytes: net.sent.map(({ bytes }) => Buffer.from(bytes).toString('hex')), pieces: net.piecesJoined };
}

describe('a run of data packets', () => {
  test('is the same whether payload is copied into it or left where it is, across records and with some pulled again', () => {
    const gathered = datagramsOf(true);
    const copied = datagramsOf(false);
    expect(gathered.bytes).toEqual(copied.bytes);
    // All data packets, and those on the border of two records twice.
    expect(gathered.pieces).toBeGreaterThan(280);
    expect(copied.pieces).toBe(0);
  });
});
