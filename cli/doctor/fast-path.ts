import { platform } from 'node:os';
import type { TransportEvent } from '../../transports/index.ts';
import { bindUdp, UDP_FEATURES, type UdpFeature } from '../../transports/udp/index.ts';
import type { Finding } from './finding.ts';

const COSTS: Readonly<Record<UdpFeature, string>> = {
  native: 'one system call per datagram, by node:dgram: one to two Gbit/s per core at an MTU of 1500',
  gso: 'datagrams are made one by one in the kernel: several times the processor time per byte sent',
  sendmmsg: 'one call per datagram sent where there is no GSO',
  gro: 'datagrams are read one by one: twice the processor time per byte received',
  recvmmsg: 'one call per group of datagrams read',
  ecn: 'congestion is seen only by losses',
  icmp: 'a peer that is not there is found out by waiting',
  'large-buffers': 'socket buffers are at most what the system allows',
};

/** What of native sockets works, found out by opening one. REQ OPS-5, UDP-5 */
export async function fastPath(): Promise<Finding> {
  const finding = { id: 'udp-fast-path', title: 'UDP fast path' };
  const events: TransportEvent[] = [];
  const port = await bindUdp({ address: '127.0.0.1', onEvent: (event) => events.push(event) });
  const { features } = port;
  await port.close();
  if (features.length === 0) {
    const remedy =
      platform() === 'linux' ? 'npm install, with optional dependencies' : 'Linux, for production';
    return { ...finding, level: 'costs', found: whyNone(events), cost: COSTS.native, remedy };
  }
  const missing = UDP_FEATURES.filter((feature) => !features.includes(feature));
  const found = features.join(', ');
  if (missing.length === 0) return { ...finding, level: 'good', found };
  const cost = missing.map((feature) => `without ${feature}: ${COSTS[feature]}`).join('; ');
  return {
    ...finding,
    level: 'costs',
    found,
    cost,
    remedy: 'a newer kernel, or the rights that it asks for',
  };
}

function whyNone(events: readonly TransportEvent[]): string {
  for (const event of events) {
    if (event.type === 'ffi-unavailable')
      return `no library can call C: ${event.causes.map(firstLine).join('; ')}`;
    if (event.type === 'udp-fallback') return firstLine(event.cause);
  }
  return `not on ${platform()} ${process.arch}`;
}

const firstLine = ({ message }: Error): string => message.split('\n', 1)[0] ?? '';
