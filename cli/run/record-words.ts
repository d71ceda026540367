import { DROP_REASON_NAMES, formatAddress, NetKind } from '../../sim/net/index.ts';
import { TaskKind } from '../../sim/task/trace-kinds.ts';
import { HostKind, KindNames, type KindTable } from '../../sim/trace/kinds.ts';
import type { TraceRecord } from '../../sim/trace/trace-store.ts';
import { time } from '../../reports/figures.ts';

/** Kinds of trace records, by layer. */
export const LAYERS: Readonly<Record<string, KindTable>> = { net: NetKind, host: HostKind, task: TaskKind };
export const KINDS: KindNames = new KindNames(LAYERS);

/** How a field is said: its name alone, or a word for its number. */
type FieldWord = string | ((value: number) => string);

const to = (address: number): string => `to ${formatAddress(address)}`;
const from = (address: number): string => `from ${formatAddress(address)}`;
const hash = (value: number): string => `content ${value.toString(16)}`;
const sizeAndPriority = (value: number): string => `${Math.floor(value / 8)} B, priority ${value % 8}`;
const reason = (value: number): string => DROP_REASON_NAMES[value] ?? `reason ${value}`;
const host = (value: number): string => `host[${value}]`;

/** What `a` … `d` are; the meaning is beside the kinds themselves. Fields that are always 0 are left out. */
const FIELDS = new Map<number, readonly FieldWord[]>([
  [NetKind.SENT, ['packet', to, sizeAndPriority, hash]],
  [NetKind.ENQUEUED, ['packet', 'bytes waiting', 'priority', 'marked']],
  [NetKind.DROPPED, ['packet', reason, 'bytes', 'bytes waiting']],
  [NetKind.DELIVERED, ['packet', from, sizeAndPriority, 'ECN bits']],
  [NetKind.DUPLICATED, ['packet', 'copy']],
  [NetKind.CORRUPTED, ['packet', 'bits flipped', '', hash]],
  [NetKind.DELAYED, ['packet', 'ns late']],
  [NetKind.MARKED, ['packet']],
  [NetKind.BLEACHED, ['packet', 'ECN bits before']],
  [NetKind.FAULT_ON, ['fault', 'kind', 'parameter']],
  [NetKind.FAULT_OFF, ['fault', 'kind', 'parameter']],
  [NetKind.UNREACHABLE, ['packet', 'message', 'code', hash]],
  [NetKind.TOLD_UNREACHABLE, ['message', to, 'code']],
  [HostKind.OFFERED, ['exchange', host, 'bytes', 'priority']],
  [HostKind.HANDLED, ['exchange', host, 'bytes']],
  [HostKind.REPLIED, ['exchange', host, 'bytes']],
  [HostKind.COMPLETED, ['exchange', host, 'bytes', 'ns since it was offered']],
  [HostKind.FAILED, ['exchange', host, 'error']],
  [HostKind.CRASHED, ['exchange', host, '', 'ns since it was offered']],
  [HostKind.VIOLATION, ['violation']],
  [TaskKind.STARTED, ['task', 'spawned by']],
  [TaskKind.WOKE, ['task', 'wait kind', 'waiting since ns', 'failed']],
  [TaskKind.ENDED, ['task', 'outcome']],
  [TaskKind.CALLED, ['task', 'callback', 'calls before']],
]);

/** One event in words: when, where, what, with its fields. `locations`: names of the places in the network. */
export function recordWords(record: TraceRecord, locations: readonly string[]): string {
  const { timeNs, kind, where, a, b, c, d } = record;
  const words = FIELDS.get(kind);
  const place = isNetwork(kind) ? (locations[where] ?? `place ${where}`) : `host[${where}]`;
  const fields =
    words === undefined
      ? [a, b, c, d].map(String)
      : words.flatMap((word, i) => (word === '' ? [] : fieldText(word, [a, b, c, d][i] as number)));
  return `${time(timeNs)} (${timeNs} ns) ${place} ${KINDS.nameOf(kind)}: ${fields.join(', ')}`;
}

function fieldText(word: FieldWord, value: number): string {
  return typeof word === 'string' ? `${word} ${value}` : word(value);
}

function isNetwork(kind: number): boolean {
  return (Object.values(NetKind) as number[]).includes(kind);
}
