import { describe, expect, test } from 'vitest';
import type { TransportEvent } from '../../events.ts';
import { loadFfi } from '../../native/load.ts';
import { createUdpPool, lookAtNic, optionsOf, tellOfShort } from '../../udp/index.ts';
import { PresharedSecret } from '../../psk/index.ts';

const FILES: Readonly<Record<string, string>> = {
  '/sys/class/net/eth0/speed': '100000\n',
  '/sys/class/net/eth0/mtu': '9000\n',
  '/sys/class/net/eth1/speed': '25000\n',
  '/sys/class/net/eth1/mtu': '1400\n',
  '/sys/class/net/veth/speed': '-1\n',
};
const QUEUES = ['rx-0', 'rx-1', 'rx-2', 'tx-0', 'tx-1'];

const look = (name: string): ReturnType<typeof lookAtNic> =>
  lookAtNic(
    name,
    (path) => FILES[path],
    (path) => (path === '/sys/class/net/eth0/queues' ? QUEUES : []),
  );

/** REQ MNIC-1 */
test('rate, MTU and queues of a NIC are what the kernel says, and unknown where it says nothing or -1', () => {
  expect(look('eth0')).toEqual({
    name: 'eth0',
    rateBps: 100e9,
    mtuBytes: 9000,
    receiveQueues: 3,
    sendQueues: 2,
  });
  for (const name of ['veth', 'none']) {
    const unknown = {
      rateBps: undefined,
      mtuBytes: undefined,
      receiveQueues: undefined,
      sendQueues: undefined,
    };
    expect(look(name)).toEqual({ name, ...unknown });
  }
});

/** REQ MNIC-1, NIC-7 */
test('an endpoint has the rate of the slowest NIC that has one, and no MTU of theirs', () => {
  expect(optionsOf([look('eth0'), look('eth1'), look('veth')])).toEqual({ rateBps: 25e9 });
  expect(optionsOf([look('veth')])).toEqual({});
});

/** REQ MNIC-1, OPS-5 */
test('a NIC whose packets are shorter than those of the endpoint is an event', () => {
  const events: TransportEvent[] = [];
  tellOfShort([look('eth0'), look('eth1'), look('veth')], 1500, (event) => events.push(event));
  expect(events).toEqual([{ type: 'nic-mtu-small', nic: 'eth1', mtuBytes: 1400, wantedBytes: 1500 }]);
});

const ffi = process.platform === 'linux' ? loadFfi(() => {}) : undefined;

/** REQ MNIC-1 */
describe.skipIf(ffi === undefined)('a pool', () => {
  test('has looked at the NICs that it was given', async () => {
    const secret = PresharedSecret.generate();
    const { close, stats } = await createUdpPool({ secret, bind: '127.0.0.1:0', nics: ['lo'] });
    const { nicFacts } = stats();
    await close();
    expect(nicFacts).toEqual([lookAtNic('lo')]);
  });
});
