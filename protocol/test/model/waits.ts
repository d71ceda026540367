import type { AwaitedPart } from '../../causality/states.ts';
import type { ExchangeRecord } from './reference.ts';

/** What an exchange waits for: of `records` so many as `quorum` says. */
export interface Awaited {
  records: readonly ExchangeRecord[];
  quorum: number;
  wait: AwaitedPart;
  /** It fails if that can come no more; if not, it goes on then. */
  cascade: boolean;
}

/** Ends that are answers. */
const ANSWERS: ReadonlySet<string> = new Set(['ok', 'rejected', 'rejected 300', 'handler-failed']);

/** Whether what is awaited of `record` may have come, as far as the applications know. */
function mayHaveCome(record: ExchangeRecord, wait: AwaitedPart): boolean {
  if (record.kind === 'stream' && record.down.ended) return true;
  if (record.kind === 'call' && record.end === 'ok') return true;
  if (wait === 'response') return false;
  const isAnswered = record.kind === 'call' && ANSWERS.has(record.end ?? '');
  // A pool that closes answers by itself.
  return record.isSeen || isAnswered || record.causes.has('closed');
}

/** Whether it may be that it never will. `isDoomed`: something ends the exchange other than regularly. */
function mayBeMissed(record: ExchangeRecord, isDoomed: (record: ExchangeRecord) => boolean): boolean {
  // A stream ends for those that depend on it when it does, and for its reader when he reads.
  return record.kind === 'call' ? record.end !== undefined && record.end !== 'ok' : isDoomed(record);
}

/** Whether too many of what is awaited may be missed. */
export function mayBeLost(awaited: Awaited, isDoomed: (record: ExchangeRecord) => boolean): boolean {
  const { records, quorum } = awaited;
  return records.filter((record) => mayBeMissed(record, isDoomed)).length > records.length - quorum;
}

/** MUST AFTER-2: whether who waits for this may be handed over. */
export function mayGoOn(awaited: Awaited, isDoomed: (record: ExchangeRecord) => boolean): boolean {
  const { records, quorum, wait, cascade } = awaited;
  const came = records.filter((record) => mayHaveCome(record, wait)).length;
  return came >= quorum || (!cascade && mayBeLost(awaited, isDoomed));
}
