import { hostAddress, hostOf, portOf } from '../net/address.ts';

const WORKERS = 256;
/** UDP ports of a worker at each NIC: it is reached at the first, and its data may leave from others. REQ NIC-10 */
const PORTS = 64;

/** Number of a worker among those of all hosts. */
export function workerKey(host: number, worker: number): number {
  return host * WORKERS + worker;
}

/** The worker that an address belongs to. */
export function keyOfAddress(address: number): number {
  return workerKey(hostOf(address), workerOf(address));
}

export function hostOfKey(key: number): number {
  return Math.floor(key / WORKERS);
}

export function workerOfKey(key: number): number {
  return key % WORKERS;
}

/** The worker of its host that an address belongs to. */
export function workerOf(address: number): number {
  return Math.floor(portOf(address) / PORTS);
}

/** Where a worker is reached, at a NIC of its host. */
export function workerAddress(host: number, worker: number, nic = 0): number {
  return hostAddress(host, nic, worker * PORTS);
}
