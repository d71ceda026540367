import { availableParallelism } from 'node:os';
import type { TransportEventSubscriber } from '../events.ts';
import { parseCpuList, readKernel, type ReadKernel } from './cpu-list.ts';

/** What is known of the cores of this machine. REQ CORE-2, CORE-4 */
export interface Machine {
  /** Those that this process may use (cpuset); undefined if the system does not say. */
  readonly allowed: readonly number[] | undefined;
  /** Those that the scheduler gives nothing to by itself (isolcpus). */
  readonly isolated: readonly number[];
  /** Memory node of a core, and of a NIC; -1: not known. */
  nodeOfCore(core: number): number;
  nodeOfNic(nic: string): number;
  /** Threads that run at once. */
  readonly parallelism: number;
}

export function lookAtMachine(read: ReadKernel = readKernel): Machine {
  const status = read('/proc/self/status') ?? '';
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
  const nodes = new Map<number, number>();
  for (const node of parseCpuList(read('/sys/devices/system/node/online') ?? '')) {
    const cores = parseCpuList(read(`/sys/devices/system/node/node${node}/cpulist`) ?? '');
    for (const core of cores) nodes.set(core, node);
  }
  return {
    allowed: allowed === undefined ? undefined : parseCpuList(allowed),
    isolated: parseCpuList(read('/sys/devices/system/cpu/isolated') ?? ''),
    nodeOfCore: (core) => nodes.get(core) ?? -1,
    nodeOfNic: (nic) => Number(read(`/sys/class/net/${nic}/device/numa_node`) ?? -1),
    parallelism: availableParallelism(),
  };
}

/** A worker's place. `core` is undefined if it has none of its own. REQ CORE-5 */
export interface Seat {
  readonly worker: number;
  readonly core: number | undefined;
  readonly nic: string | undefined;
  readonly isIsolated: boolean;
  /** Core and NIC are of different memory nodes. */
  readonly isRemote: boolean;
}

export interface SeatRequest {
  /** How many workers, or on which cores; by default one for each NIC. */
  cores: number | readonly number[] | undefined;
  nics: readonly string[];
}

/**
 * Where workers run. Cores that were named are taken if this process may use them. A number takes isolated cores, those near the worker's NIC
 * first; no others, because another process would choose the same ones, and a thread that is kept on a busy core waits there while
 * others are idle. What cannot be had is an event, and the worker runs where the scheduler puts it.
 * REQ NIC-3, OPS-1, OPS-2, OPS-3, OPS-5, CORE-1, CORE-2, CORE-4, CORE-6, CORE-7, MNIC-2
 */
export function chooseSeats(
  { cores, nics }: SeatRequest,
  machine: Machine,
  onEvent: TransportEventSubscriber,
): Seat[] {
  const isolated = new Set(machine.isolated);
  const workers = typeof cores === 'object' ? cores.length : (cores ?? Math.max(nics.length, 1));
  const free = new Set([...(machine.allowed ?? []), ...isolated]);
  const spare = (nicNode: number): number | undefined => {
    const distance = (core: number): number => (machine.nodeOfCore(core) === nicNode ? 0 : 1);
    const candidates = machine.isolated.filter((core) => free.has(core));
    return candidates.sort((a, b) => distance(a) - distance(b) || a - b)[0];
  };
  return Array.from({ length: workers }, (_, worker): Seat => {
    const nic = nics.length === 0 ? undefined : nics[worker % nics.length];
    const nicNode = nic === undefined ? -1 : machine.nodeOfNic(nic);
    const wanted = typeof cores === 'object' ? cores[worker] : spare(nicNode);
    const core = wanted !== undefined && free.delete(wanted) ? wanted : undefined;
    if (core === undefined) onEvent({ type: 'core-unavailable', worker, core: wanted });
    else if (!isolated.has(core)) onEvent({ type: 'core-shared', worker, core });
    const coreNode = core === undefined ? -1 : machine.nodeOfCore(core);
    return {
      worker,
      core,
      nic,
      isIsolated: core !== undefined && isolated.has(core),
      isRemote: nicNode >= 0 && coreNode >= 0 && nicNode !== coreNode,
    };
  });
}
