import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { time } from '../../reports/figures.ts';
import { NetKind } from '../../sim/net/trace-kinds.ts';
import type { DivergingInterval, DivergingRecord } from '../../sim/trace/divergence.ts';
import { HostKind, KindNames } from '../../sim/trace/kinds.ts';
import { RECORD_BYTES, type TraceRecord, TraceStore } from '../../sim/trace/trace-store.ts';

const KINDS = new KindNames({ net: NetKind, host: HostKind });

/** The records of an interval from `trace.bin`, as far as it has them; undefined without that file. */
export function readStoredTrace(file: string, interval: DivergingInterval): TraceStore | undefined {
  if (!existsSync(file)) return undefined;
  const { fromRecord, toRecord } = interval;
  const bytes = Buffer.alloc((toRecord - fromRecord) * RECORD_BYTES);
  const handle = openSync(file, 'r');
  const lengthBytes = readSync(handle, bytes, 0, bytes.length, fromRecord * RECORD_BYTES);
  closeSync(handle);
  const recordsMax = Math.floor(lengthBytes / RECORD_BYTES);
  const store = new TraceStore({ recordsMax, fromRecord });
  // The store counts the records before its first one.
  for (let i = 0; i < fromRecord; i++) store.add(0, 0, 0, 0, 0, 0, 0);
  for (let i = 0; i < recordsMax; i++) addRecord(store, bytes, i * RECORD_BYTES);
  return store;
}

/** Layout: sim/trace/README.md. */
function addRecord(store: TraceStore, bytes: Buffer, at: number): void {
  store.add(
    bytes.readDoubleLE(at),
    bytes.readUInt32LE(at + 8),
    bytes.readInt32LE(at + 12),
    bytes.readDoubleLE(at + 16),
    bytes.readDoubleLE(at + 24),
    bytes.readDoubleLE(at + 32),
    bytes.readDoubleLE(at + 40),
  );
}

/** The record that differs, in both runs. */
export function divergingRecordLines({ index, left, right }: DivergingRecord): string[] {
  return [`  record ${index}`, `    saved: ${recordText(left)}`, `    now:   ${recordText(right)}`];
}

function recordText(record: TraceRecord | undefined): string {
  if (record === undefined) return 'none, the run was over';
  const { timeNs, kind, where, a, b, c, d } = record;
  return `${time(timeNs)} (${timeNs} ns) ${KINDS.nameOf(kind)} at ${where}: ${a}, ${b}, ${c}, ${d}`;
}
