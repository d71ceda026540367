/**
 * Addresses of the simulated network are numbers: ((host × 16 + nic) × 65536) + UDP port. Without its port, an
 * address is an *interface*: host × 16 + nic.
 */
export const NICS_MAX = 16;
export const HOSTS_MAX = 65_536;
const PORTS = 65_536;

/** The address of `port` at NIC `nic` of host `host`. */
export function hostAddress(host: number, nic = 0, port = 0): number {
  return (host * NICS_MAX + nic) * PORTS + port;
}

export function interfaceOf(address: number): number {
  return Math.floor(address / PORTS);
}

export function hostOf(address: number): number {
  return Math.floor(address / (PORTS * NICS_MAX));
}

export function nicOf(address: number): number {
  return interfaceOf(address) % NICS_MAX;
}

export function portOf(address: number): number {
  return address % PORTS;
}

/** `host[3]:7`, or `host[3].nic[1]:7` for a NIC other than the first; the port is left out if it is 0. */
export function formatAddress(address: number): string {
  const nic = nicOf(address);
  const port = portOf(address);
  return `host[${hostOf(address)}]${nic === 0 ? '' : `.nic[${nic}]`}${port === 0 ? '' : `:${port}`}`;
}
