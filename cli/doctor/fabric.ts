import { existsSync, readdirSync } from 'node:fs';
import { fabricDevices, loadFabric } from '../../transports/fabric/index.ts';
import type { Finding } from './finding.ts';

const PROVIDERS = ['efa', 'tcp;ofi_rxm', 'shm'];

/** What libfabric offers here: devices of EFA, and what takes its place for a trial. REQ EFA-1 */
export function libfabric(): Finding {
  const finding = { id: 'efa', title: 'EFA (libfabric)' };
  let fabric: ReturnType<typeof loadFabric>;
  try {
    fabric = loadFabric(() => {});
  } catch (error) {
    return {
      ...finding,
      level: 'note',
      found: `${(error as Error).message}; ${rdmaDevices()}`,
      cost: 'everything travels over UDP',
      remedy: 'none needed without EFA; with it, install libfabric and keep koffi, an optional dependency',
    };
  }
  const devices = fabricDevices(fabric, PROVIDERS);
  const offered = [...devices].map(([provider, found]) => {
    const names = [...new Set(found.map(({ domain }) => domain))];
    return `${provider}: ${names.length > 0 ? names.join(' ') : 'none'}`;
  });
  const found = `libfabric ${fabric.version}; ${offered.join(', ')}`;
  if ((devices.get('efa') ?? []).length > 0) return { ...finding, level: 'good', found };
  return {
    ...finding,
    level: 'note',
    found: `${found}; ${rdmaDevices()}`,
    cost: 'a pool over EFA becomes one over UDP',
    remedy:
      "none needed without EFA; createFabricPool({ provider: 'tcp;ofi_rxm' }) tries the same without it",
  };
}

function rdmaDevices(): string {
  const devices = existsSync('/sys/class/infiniband') ? readdirSync('/sys/class/infiniband') : [];
  return devices.length > 0 ? `RDMA devices ${devices.join(', ')}` : 'no RDMA device';
}
