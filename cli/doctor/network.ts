import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { DEFAULT_OPTIONS } from '../../protocol/index.ts';
import type { TransportEvent } from '../../transports/index.ts';
import { bindUdp, lookAtNic, usableReceiveBytes } from '../../transports/udp/index.ts';
import { libfabric } from './fabric.ts';
import type { Check, Finding } from './finding.ts';
import { binaryBytes } from './format.ts';
import { fastPath } from './fast-path.ts';
import { readText } from './read-text.ts';

const WANTED_BYTES = 4 * 2 ** 20;
const ETHERNET_DATAGRAM_BYTES = 1472;

export const networkChecks: readonly Check[] = [
  { id: 'udp-buffers', title: 'UDP socket buffers', look: socketBuffers },
  { id: 'ipv6', title: 'IPv6', look: async () => [await ipv6()] },
  { id: 'mtu', title: 'Interfaces', look: () => [interfaces()] },
  { id: 'udp-fast-path', title: 'UDP fast path', look: async () => [await fastPath()] },
  { id: 'efa', title: 'EFA (libfabric)', look: () => [libfabric()] },
];

async function socketBuffers(): Promise<Finding[]> {
  const events: TransportEvent[] = [];
  const port = await bindUdp({
    address: '127.0.0.1',
    receiveBufferBytes: WANTED_BYTES,
    sendBufferBytes: WANTED_BYTES,
    onEvent: (event) => events.push(event),
  });
  const { receiveBytes, sendBytes } = port.buffers;
  await port.close();
  return (['receive', 'send'] as const).map((direction): Finding => {
    const granted = direction === 'receive' ? receiveBytes : sendBytes;
    const small = events.find(
      (event) => event.type === 'socket-buffer-small' && event.direction === direction,
    );
    const holds =
      direction === 'receive'
        ? `, which holds ${binaryBytes(usableReceiveBytes(granted, ETHERNET_DATAGRAM_BYTES))} of data`
        : '';
    const finding = {
      id: `udp-${direction}-buffer`,
      title: `UDP ${direction} buffer`,
      found: `${binaryBytes(granted)} granted, ${binaryBytes(WANTED_BYTES)} asked for${holds}`,
    };
    if (small?.type !== 'socket-buffer-small') return { ...finding, level: 'good' };
    const cost =
      direction === 'receive'
        ? 'less is asked of senders at once, and a pause of the program loses packets sooner'
        : 'the program is woken more often while it sends';
    return { ...finding, level: 'costs', cost, remedy: small.remedy };
  });
}

async function ipv6(): Promise<Finding> {
  const finding = { id: 'ipv6', title: 'IPv6' };
  try {
    const port = await bindUdp({ address: '::1' });
    await port.close();
  } catch (error) {
    return {
      ...finding,
      level: 'note',
      found: `not here (${(error as Error).message})`,
      cost: 'only peers with an IPv4 address can be reached',
      remedy: 'nothing, unless you need it: then enable it (net.ipv6.conf.all.disable_ipv6=0)',
    };
  }
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const isGlobal = addresses.some(({ family, internal, scopeid }) => {
    return family === 'IPv6' && !internal && scopeid === 0;
  });
  return { ...finding, level: 'good', found: isGlobal ? 'available' : 'available, on this machine only' };
}

/** Linux tells MTU, speed and queues as files; elsewhere only the names are known. REQ MNIC-1 */
function interfaces(): Finding {
  const names = existsSync('/sys/class/net')
    ? readdirSync('/sys/class/net').filter((name) => readText(`/sys/class/net/${name}/operstate`) !== 'down')
    : Object.keys(networkInterfaces());
  const nics = names.map((name) => lookAtNic(name));
  const found = nics.map(({ name, rateBps, mtuBytes, receiveQueues, sendQueues }) => {
    const queues = receiveQueues === undefined ? '' : ` queues ${receiveQueues}/${sendQueues ?? 0}`;
    return `${name}${mtuBytes === undefined ? '' : ` MTU ${mtuBytes}`}${rateBps === undefined ? '' : ` ${rateBps / 1e6} Mbit/s`}${queues}`;
  });
  const finding = { id: 'mtu', title: 'Interfaces', found: found.join(', ') };
  const known = nics.flatMap(({ name, mtuBytes }) => (name === 'lo' ? [] : (mtuBytes ?? [])));
  const smallest = Math.min(...known);
  if (smallest < DEFAULT_OPTIONS.mtuBytes) {
    return {
      ...finding,
      level: 'costs',
      cost: `packets of the default MTU, ${DEFAULT_OPTIONS.mtuBytes}, do not fit into ${smallest}: they are sent in fragments, or not at all`,
      remedy: `give --mtu ${smallest} to serve, call and bench when they use that interface`,
    };
  }
  if (Math.max(...known) > DEFAULT_OPTIONS.mtuBytes) return { ...finding, level: 'good' };
  return {
    ...finding,
    level: 'note',
    cost: 'packets of 1500 bytes: six times as many as with jumbo frames',
    remedy: 'where all of the path carries them, raise the MTU to 9000 and give it with --mtu',
  };
}
