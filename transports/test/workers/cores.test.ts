import { describe, expect, test } from 'vitest';
import type { TransportEvent } from '../../events.ts';
import { chooseSeats, lookAtMachine, type Machine } from '../../workers/cores.ts';
import { parseCpuList } from '../../workers/cpu-list.ts';

/** Eight cores on two memory nodes, of which the scheduler leaves 2, 3, 6 and 7 alone; eth1 is at the second node. */
const FILES: Record<string, string> = {
  '/proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t0-1,4-5\n',
  '/sys/devices/system/cpu/isolated': '2-3,6-7\n',
  '/sys/devices/system/node/online': '0-1\n',
  '/sys/devices/system/node/node0/cpulist': '0-3\n',
  '/sys/devices/system/node/node1/cpulist': '4-7\n',
  '/sys/class/net/eth0/device/numa_node': '0\n',
  '/sys/class/net/eth1/device/numa_node': '1\n',
};
const server = lookAtMachine((path) => FILES[path]);

function seats(cores: number | number[] | undefined, nics: string[], machine: Machine = server) {
  const events: TransportEvent[] = [];
  const chosen = chooseSeats({ cores, nics }, machine, (event) => events.push(event));
  return { cores: chosen.map(({ core }) => core), chosen, events };
}

/** REQ NIC-3, OPS-1, OPS-2, OPS-3, OPS-5, CORE-1, CORE-2, CORE-4, CORE-5, CORE-6, CORE-7, MNIC-2 */
describe('seats of workers', () => {
  test('lists of the kernel are read', () => {
    expect([parseCpuList('0-3,8\n'), parseCpuList(''), parseCpuList('5')]).toEqual([
      [0, 1, 2, 3, 8],
      [],
      [5],
    ]);
  });

  test('one worker for each NIC, on an isolated core near it', () => {
    const { cores, chosen, events } = seats(undefined, ['eth1', 'eth0']);
    expect(cores).toEqual([6, 2]);
    expect(chosen[0]).toEqual({ worker: 0, core: 6, nic: 'eth1', isIsolated: true, isRemote: false });
    expect(events).toEqual([]);
  });

  test('more workers than cores near their NIC take far ones, and then none', () => {
    const { cores, chosen, events } = seats(5, ['eth1']);
    expect(cores).toEqual([6, 7, 2, 3, undefined]);
    expect(chosen.map(({ isRemote }) => isRemote)).toEqual([false, false, true, true, false]);
    expect(events).toEqual([{ type: 'core-unavailable', worker: 4, core: undefined }]);
  });

  test('named cores are taken; those shared with others, and those that cannot be had, are told of', () => {
    const { cores, events } = seats([3, 5, 5, 99], []);
    expect(cores).toEqual([3, 5, undefined, undefined]);
    expect(events).toEqual([
      { type: 'core-shared', worker: 1, core: 5 },
      { type: 'core-unavailable', worker: 2, core: 5 },
      { type: 'core-unavailable', worker: 3, core: 99 },
    ]);
  });

  test('a system that says nothing has workers all the same', () => {
    const { cores } = seats(
      2,
      [],
      lookAtMachine(() => undefined),
    );
    expect(cores).toEqual([undefined, undefined]);
    expect(seats(undefined, []).chosen).toHaveLength(1);
  });
});
