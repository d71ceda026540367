import { type Parsed, accept, describe, refuse } from './problem.ts';

/** Hosts by index, first to last, or all of them. Indices are checked once the topology is known. */
export type HostSelector = 'all' | { first: number; last: number };

/** Where a fault acts: at the NICs of hosts, on the cables of hosts, or on everything. */
export interface PlaceSelector {
  place: 'host' | 'link' | 'all';
  hosts: HostSelector;
}

export const HOST_PATTERN = '^(all|host\\[\\d+(\\.\\.\\d+)?\\])$';
export const PLACE_PATTERN = '^(all|host\\[\\d+(\\.\\.\\d+)?\\]|link\\(host\\[\\d+(\\.\\.\\d+)?\\]\\))$';

const HOST = /^host\[(\d{1,9})(?:\.\.(\d{1,9}))?\]$/;

/** Reads `host[3]`, `host[1..100]` or `all`. */
export function parseHosts(input: unknown): Parsed<HostSelector> {
  if (input === 'all') return accept('all');
  const match = typeof input === 'string' ? HOST.exec(input) : null;
  if (match === null) {
    return refuse(`expected hosts, found ${describe(input)}`, 'write host[3], host[1..100] or all');
  }
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  if (last < first) return refuse(`the range ${String(input)} is empty`, `write host[${last}..${first}]`);
  return accept({ first, last });
}

/** Reads the `on:` of a fault: hosts, or `link(host[3])`. */
export function parsePlace(input: unknown): Parsed<PlaceSelector> {
  const remedy = 'write host[3], host[1..4], link(host[3]) or all';
  const text = typeof input === 'string' ? input : '';
  const later = /^(switch|nic)\b/.exec(text);
  if (later !== null) return refuse(`${later[1]}(...) is not in this version yet`, remedy);
  const link = /^link\((.*)\)$/.exec(text);
  const hosts = parseHosts(link === null ? input : link[1]);
  if (!hosts.ok || (link !== null && hosts.value === 'all')) {
    return hosts.ok || !hosts.message.startsWith('the range')
      ? refuse(`expected the place of a fault, found ${describe(input)}`, remedy)
      : hosts;
  }
  if (hosts.value === 'all') return accept({ place: 'all', hosts: 'all' });
  return accept({ place: link === null ? 'host' : 'link', hosts: hosts.value });
}

/** The indices a selector stands for among `count` hosts. */
export function selectHosts(selector: HostSelector, count: number): Parsed<number[]> {
  if (selector === 'all') return accept(Array.from({ length: count }, (_, host) => host));
  const { first, last } = selector;
  if (last >= count) {
    const outside = first >= count ? first : last;
    return refuse(
      `host[${outside}] does not exist: topology.hosts is ${count}`,
      `use indices 0..${count - 1}, or raise topology.hosts to ${outside + 1}`,
    );
  }
  return accept(Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

/** The selectors that name `hosts` (ascending), as few as possible. */
export function formatHosts(hosts: readonly number[], count: number): string[] {
  if (hosts.length === count) return ['all'];
  const selectors: string[] = [];
  for (let i = 0; i < hosts.length;) {
    const first = hosts[i]!;
    let last = first;
    while (++i < hosts.length && hosts[i] === last + 1) last++;
    selectors.push(first === last ? `host[${first}]` : `host[${first}..${last}]`);
  }
  return selectors;
}
