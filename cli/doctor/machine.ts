import { availableParallelism, cpus, freemem, platform, release, totalmem } from 'node:os';
import { readText } from './read-text.ts';
import { binaryBytes } from './format.ts';
import type { Check, Finding } from './finding.ts';

export const machineChecks: readonly Check[] = [
  { id: 'node', title: 'Node', look: () => [node()] },
  { id: 'kernel', title: 'System', look: () => [kernel()] },
  { id: 'cores', title: 'Cores', look: () => [cores()] },
  { id: 'isolated-cores', title: 'Isolated cores', look: () => [isolatedCores()] },
  { id: 'memory', title: 'Memory', look: () => [memory()] },
  { id: 'clock', title: 'Clock', look: () => [clock()] },
];

function node(): Finding {
  const { node: version, v8 } = process.versions;
  return { id: 'node', title: 'Node', level: 'good', found: `${version}, V8 ${v8}` };
}

function kernel(): Finding {
  return {
    id: 'kernel',
    title: 'System',
    level: 'good',
    found: `${platform()} ${release()}, ${process.arch}`,
  };
}

function cores(): Finding {
  const usable = availableParallelism();
  const model = cpus()[0]?.model.trim() ?? 'unknown model';
  const quota = coresOfQuota();
  const limit = quota === undefined || quota >= usable ? '' : `, limited to ${quota} by the control group`;
  const finding = {
    id: 'cores',
    title: 'Cores',
    found: `${usable} usable of ${cpus().length} (${model})${limit}`,
  };
  if (Math.min(usable, quota ?? usable) >= 2) return { ...finding, level: 'good' };
  return {
    ...finding,
    level: 'costs',
    cost: 'a client and a server on this machine take turns: figures of loopback are lower than they could be',
    remedy: 'give the machine or the container at least two cores',
  };
}

/** Cores' worth of time that a Linux control group (version 2) allows; undefined for no limit. */
function coresOfQuota(): number | undefined {
  const [quota, period] = readText('/sys/fs/cgroup/cpu.max')?.split(' ') ?? [];
  const share = Number(quota) / Number(period);
  return Number.isFinite(share) ? Math.round(share * 10) / 10 : undefined;
}

function isolatedCores(): Finding {
  const list = readText('/sys/devices/system/cpu/isolated');
  const finding = { id: 'isolated-cores', title: 'Isolated cores' };
  if (list !== undefined && list !== '') return { ...finding, level: 'good', found: list };
  const found = list === undefined ? 'this system does not say' : 'none';
  return {
    ...finding,
    level: 'note',
    found,
    cost: 'the workers of createPool share their cores with other programs, which shows in the slowest of their latencies; nothing to a service without workers',
    remedy:
      'for dedicated workers, keep cores out of the scheduler with isolcpus= on the kernel command line, or a cpuset',
  };
}

function memory(): Finding {
  const limit = Number(readText('/sys/fs/cgroup/memory.max') ?? Number.NaN);
  const total = Math.min(totalmem(), Number.isFinite(limit) ? limit : Infinity);
  const finding = {
    id: 'memory',
    title: 'Memory',
    found: `${binaryBytes(total)}, ${binaryBytes(Math.min(freemem(), total))} free`,
  };
  if (total >= 4 * 2 ** 30) return { ...finding, level: 'good' };
  return {
    ...finding,
    level: 'costs',
    cost: 'a message is in memory whole, on both sides: the largest, 2 GiB, will not fit',
    remedy: 'send smaller messages',
  };
}

const CLOCK_BATCHES = 20;
const CLOCK_READINGS = 200;

/** The best of some batches: in the others this process may not have had the core all the time. */
function clock(): Finding {
  let stepNs = Infinity;
  let readingNs = Infinity;
  for (let batch = 0; batch < CLOCK_BATCHES; batch++) {
    const start = process.hrtime.bigint();
    let last = start;
    for (let i = 0; i < CLOCK_READINGS; i++) {
      const now = process.hrtime.bigint();
      if (now > last) stepNs = Math.min(stepNs, Number(now - last));
      last = now;
    }
    readingNs = Math.min(readingNs, Math.round(Number(last - start) / CLOCK_READINGS));
  }
  const source = readText('/sys/devices/system/clocksource/clocksource0/current_clocksource');
  const from = source === undefined ? '' : ` (${source})`;
  const finding = {
    id: 'clock',
    title: 'Clock',
    found: `steps of ${stepNs} ns, ${readingNs} ns a reading${from}; timers of Node have 1 ms`,
  };
  if (readingNs < 1000) return { ...finding, level: 'good' };
  return {
    ...finding,
    level: 'costs',
    cost: 'the transport reads the clock for every packet, and each reading is a system call here',
    remedy:
      'choose a clock source that needs none, such as tsc: /sys/devices/system/clocksource has the list',
  };
}
