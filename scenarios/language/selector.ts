import { type Parsed, accept, describe, refuse } from './problem.ts';

/** Hosts by index, first to last, or all of them. Indices are checked once the topology is known. */
export type HostSelector = 'all' | { first: number; last: number };

/** Where a fault acts; see `FaultPlace`. */
export type PlaceSelector =
  | { place: 'host' | 'link' | 'from' | 'to' | 'all'; hosts: HostSelector }
  | { place: 'nic'; hosts: HostSelector; nic: number }
  | { place: 'switch'; name: string }
  | { place: 'trunk'; between: [string, string] };

const HOST_TEXT = 'host\\[\\d+(\\.\\.\\d+)?\\]';
const NAME_TEXT = '[A-Za-z][A-Za-z0-9_-]*';
export const HOST_PATTERN: string = `^(all|${HOST_TEXT})$`;
export const PLACE_PATTERN: string = `^(all|${HOST_TEXT}|link\\((${HOST_TEXT}|${NAME_TEXT} *, *${NAME_TEXT})\\)|(from|to)\\(${HOST_TEXT}\\)|nic\\(${HOST_TEXT} *, *\\d+\\)|switch\\(${NAME_TEXT}\\))$`;

const HOST = /^host\[(\d{1,9})(?:\.\.(\d{1,9}))?\]$/;
const CALL = /^(link|from|to|nic|switch)\((.*)\)$/;
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

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

const PLACE_REMEDY =
  'write host[3], host[1..4], link(host[3]), from(host[3]), to(host[3]), link(leaf0, spine1), nic(host[3], 0), switch(leaf0) or all';

/** Reads the `on:` of a fault. */
export function parsePlace(input: unknown): Parsed<PlaceSelector> {
  const none = refuse(`expected the place of a fault, found ${describe(input)}`, PLACE_REMEDY);
  const call = typeof input === 'string' ? CALL.exec(input) : null;
  if (call === null) {
    const hosts = parseHosts(input);
    if (!hosts.ok) return hosts.message.startsWith('the range') ? hosts : none;
    return accept({ place: hosts.value === 'all' ? 'all' : 'host', hosts: hosts.value });
  }
  const [, word, inside = ''] = call;
  const parts = inside.split(',').map((part) => part.trim());
  const [first = '', second] = parts;
  if (parts.length > 2) return none;
  if (word === 'switch')
    return second === undefined && NAME.test(first) ? accept({ place: word, name: first }) : none;
  if (word === 'link' && second !== undefined) {
    return NAME.test(first) && NAME.test(second)
      ? accept({ place: 'trunk', between: [first, second] })
      : none;
  }
  const hosts = parseHosts(first);
  if (!hosts.ok && hosts.message.startsWith('the range')) return hosts;
  if (!hosts.ok || hosts.value === 'all') return none;
  if (word === 'from' || word === 'to')
    return second === undefined ? accept({ place: word, hosts: hosts.value }) : none;
  if (word === 'link') return accept({ place: 'link', hosts: hosts.value });
  if (second === undefined || !/^\d{1,3}$/.test(second)) return none;
  return accept({ place: 'nic', hosts: hosts.value, nic: Number(second) });
}

/** The indices a selector stands for among `count` hosts; `raise`: what to do for more of them, given their number. */
export function selectHosts(
  selector: HostSelector,
  count: number,
  raise: (hosts: number) => string,
): Parsed<number[]> {
  if (selector === 'all') return accept(Array.from({ length: count }, (_, host) => host));
  const { first, last } = selector;
  if (last >= count) {
    const outside = first >= count ? first : last;
    return refuse(
      `host[${outside}] does not exist: topology.hosts is ${count}`,
      `use indices 0..${count - 1}, or ${raise(outside + 1)}`,
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
