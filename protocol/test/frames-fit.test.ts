import { describe, expect, test } from 'vitest';
import { expectClean, makePair, pattern, resultOf, sameBytes } from './support/pair.ts';

/** Long lists on short packets: what does not fit at once must leave in parts, not wait for ever. */
describe('frames longer than a packet', () => {
  test.each([256, 300, 400])('a pull of many holes, MTU %d', (mtuBytes) => {
    const { net, client, server, toServer } = makePair({ options: { mtuBytes } });
    let seen = 0;
    net.hook = ({ bytes, from }) => {
      const isData = bytes[0]! >>> 6 === 1;
      if (!isData || from !== client.address || seen >= 2000) return undefined;
      seen += 1;
      return seen % 2 === 0 ? [] : undefined;
    };
    const body = pattern(300_000);
    const id = client.call(toServer, body);
    expect(net.run(20_000_000_000)).toBe('idle');
    expect(sameBytes(resultOf(client, id).body, body)).toBe(true);
    expectClean(client, server);
  });

  test.each([
    [256, 0],
    [1200, 255],
  ])('the acceptance of many transfers, MTU %d, worker %d', (mtuBytes, worker) => {
    const { net, client, server, toServer } = makePair({ options: { mtuBytes, worker } });
    const ids = Array.from({ length: 300 }, (_, i) => client.call(toServer, pattern(2000, i)));
    expect(net.run(20_000_000_000)).toBe('idle');
    expect(ids.every((id, i) => sameBytes(resultOf(client, id).body, pattern(2000, i)))).toBe(true);
    expect(server.requests.length).toBe(300);
    expectClean(client, server);
  });

  test('an acknowledgement of many ranges, MTU 256', () => {
    const { net, client, server, toServer } = makePair({ options: { mtuBytes: 256, ackDelayNs: 200_000 } });
    let sent = 0;
    // Every other small request packet comes late, so that the server sees many gaps.
    net.hook = ({ from }) => {
      if (from !== client.address) return undefined;
      sent += 1;
      return sent % 2 === 0 ? [{ delayNs: 150_000 }] : undefined;
    };
    const ids: number[] = [];
    for (let i = 0; i < 150; i += 1) {
      net.at(i * 500, () => {
        ids.push(client.call(toServer, pattern(20)));
        net.drain(client);
      });
    }
    expect(net.run(20_000_000_000)).toBe('idle');
    expect(ids.length).toBe(150);
    expect(ids.every((id) => resultOf(client, id).reason === undefined)).toBe(true);
    expectClean(client, server);
  });
});
