import { formatRatio } from './ratio.ts';
import type { Fault, FaultPlace } from './scenario.ts';
import { formatHosts } from './selector.ts';
import { formatDuration, formatRate, formatSize } from './unit.ts';

/** A fault as in a file. */
export function printFault(fault: Fault): object {
  const window = {
    kind: fault.kind,
    at: formatDuration(fault.atNs),
    ...('forNs' in fault && fault.forNs !== undefined && { for: formatDuration(fault.forNs) }),
  };
  if (fault.kind === 'partition') {
    return { ...window, between: fault.between.map(printSet), direction: fault.direction };
  }
  return {
    ...window,
    ...('rate' in fault && fault.rate !== undefined && { rate: formatRatio(fault.rate) }),
    ...('packets' in fault && fault.packets !== undefined && { packets: fault.packets }),
    ...('limit' in fault && {
      rate: typeof fault.limit === 'number' ? formatRate(fault.limit) : formatRatio(fault.limit),
    }),
    ...('burst' in fault && { burst: fault.burst }),
    ...('delaysNs' in fault && { delay: printDelays(fault.delaysNs) }),
    ...('bits' in fault && { bits: fault.bits }),
    ...('mtuBytes' in fault && { mtu: fault.mtuBytes }),
    ...('roomBytes' in fault && { room: formatSize(fault.roomBytes) }),
    ...('drift' in fault && { drift: formatRatio(fault.drift) }),
    ...durations(fault),
    on: formatPlace(fault.on),
  };
}

function printDelays(delaysNs: readonly number[]): string | string[] {
  const texts = delaysNs.map(formatDuration);
  return texts.every((text) => text === texts[0]) ? (texts[0] as string) : texts;
}

/** By the key in the file: the name of the figure without its unit. */
function durations(fault: Fault): object {
  const names = ['delayNs', 'everyNs', 'restartNs', 'offsetNs', 'jumpNs'];
  const given = Object.entries(fault).filter(([name]) => names.includes(name));
  return Object.fromEntries(
    given.map(([name, ns]) => [name.slice(0, -'Ns'.length), formatStep(ns as number)]),
  );
}

function formatStep(ns: number): string {
  return ns < 0 ? `-${formatDuration(-ns)}` : formatDuration(ns);
}

function printSet(hosts: readonly number[]): string | string[] {
  const selectors = formatHosts(hosts, -1);
  return selectors.length === 1 ? (selectors[0] as string) : selectors;
}

/** Where a fault acts, in one line: as in a file, but for a partition `host[0..2] | host[3..5]`, `>` or `<`. */
export function formatFaultPlace(fault: Fault): string {
  if (fault.kind !== 'partition') return formatPlace(fault.on);
  const [first, second] = fault.between.map((hosts) => formatHosts(hosts, -1).join(' '));
  return `${first} ${{ both: '|', to: '>', from: '<' }[fault.direction]} ${second}`;
}

/** The hosts of a place are one selector in the file, hence always a range. */
function formatPlace(on: FaultPlace): string {
  switch (on.place) {
    case 'all':
      return 'all';
    case 'switch':
      return `switch(${on.name})`;
    case 'trunk':
      return `link(${on.between.join(', ')})`;
    case 'nic':
      return `nic(${range(on.hosts)}, ${on.nic})`;
    case 'link':
    case 'from':
    case 'to':
      return `${on.place}(${range(on.hosts)})`;
    case 'host':
      return range(on.hosts);
  }
}

function range(hosts: readonly number[]): string {
  return formatHosts(hosts, -1)[0] as string;
}
