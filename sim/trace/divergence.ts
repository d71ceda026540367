import type { CheckpointList, TraceSummary } from './checkpoints.ts';
import type { TraceRecord, TraceStore } from './trace-store.ts';

/** The first record that differs is one of [fromRecord, toRecord), counted from 0. */
export interface DivergingInterval {
  readonly fromRecord: number;
  readonly toRecord: number;
}

/** Where two runs begin to differ, or undefined if they are equal. Run both again with that interval stored. */
export function firstDivergingInterval(
  left: TraceSummary,
  right: TraceSummary,
): DivergingInterval | undefined {
  const intervalRecords = Math.max(left.intervalRecords, right.intervalRecords);
  let fromRecord = 0;
  for (;;) {
    const toRecord = fromRecord + intervalRecords;
    const leftHash = hashAfter(left, toRecord);
    const rightHash = hashAfter(right, toRecord);
    if (leftHash === undefined || rightHash === undefined) break;
    if (leftHash !== rightHash) return { fromRecord, toRecord };
    fromRecord = toRecord;
  }
  if (left.records === right.records && left.digest === right.digest) return undefined;
  return {
    fromRecord,
    toRecord: Math.min(fromRecord + intervalRecords, Math.max(left.records, right.records)),
  };
}

/** The first record in which two stores of the same interval differ; a missing one is undefined. */
export interface DivergingRecord {
  readonly index: number;
  readonly left: TraceRecord | undefined;
  readonly right: TraceRecord | undefined;
}

export function firstDivergingRecord(left: TraceStore, right: TraceStore): DivergingRecord | undefined {
  const end = Math.max(left.length, right.length);
  for (let i = 0; i < end; i++) {
    const ours = left.at(i);
    const theirs = right.at(i);
    if (ours === undefined || theirs === undefined || !isSame(ours, theirs)) {
      return { index: left.fromRecord + i, left: ours, right: theirs };
    }
  }
  return undefined;
}

function hashAfter(list: CheckpointList, records: number): string | undefined {
  return list.hashes[records / list.intervalRecords - 1];
}

function isSame(left: TraceRecord, right: TraceRecord): boolean {
  return (Object.keys(left) as (keyof TraceRecord)[]).every((field) => left[field] === right[field]);
}
