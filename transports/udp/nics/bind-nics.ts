import { networkInterfaces } from 'node:os';
import { TransportError } from '../../errors.ts';
import type { EventLoop } from '../../inline/event-loop.ts';
import { bindUdp, type UdpBindOptions } from '../bind.ts';
import type { BoundPort } from '../bound-port.ts';
import { NicsPort } from './nics-port.ts';

const FAMILIES: Readonly<Record<string, 'IPv4' | 'IPv6'>> = { '*': 'IPv4', '0.0.0.0': 'IPv4', '::': 'IPv6' };

function addressAt(nic: string, family: 'IPv4' | 'IPv6'): string {
  const found = networkInterfaces()[nic]?.find(
    (one) => one.family === family && !one.address.startsWith('fe80:'),
  );
  if (found !== undefined) return found.address;
  throw new TransportError(
    'BIND_FAILED',
    `${nic} has no ${family} address, or no carrier: see \`ip address\``,
  );
}

/**
 * Sockets at each of several NICs, on its own address, as peers must know where each of them is. The first NIC is the home of what goes to peers. Rejects as
 * `bindUdp` does. REQ MNIC-2, MNIC-5
 */
export async function bindNics(
  loop: EventLoop,
  names: readonly string[],
  options: UdpBindOptions,
): Promise<NicsPort> {
  const { address = '*', onEvent = () => {} } = options;
  const family = FAMILIES[address];
  if (family === undefined) {
    const text = `${address} is at one NIC and there are ${names.length}: bind to *, 0.0.0.0 or ::`;
    throw new TransportError('BAD_ADDRESS', text);
  }
  const ports: BoundPort[] = [];
  try {
    for (const device of names) {
      ports.push(await bindUdp({ ...options, address: addressAt(device, family), device }));
    }
  } catch (error) {
    await Promise.all(ports.map((port) => port.close()));
    throw error;
  }
  return new NicsPort({ loop, names, ports, onEvent });
}
