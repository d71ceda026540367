import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { DivergingInterval } from '../../sim/trace/divergence.ts';
import { RECORD_BYTES, TraceStore } from '../../sim/trace/trace-store.ts';
import { FIXED_BYTES, parseTraceHeader } from './trace-file.ts';

/** The records of an interval from a file of `--trace`, as far as it has them; undefined if there is no such file. */
export function readStoredTrace(file: string, interval: DivergingInterval): TraceStore | undefined {
  if (!existsSync(file)) return undefined;
  const handle = openSync(file, 'r');
  try {
    return readInterval(handle, interval);
  } finally {
    closeSync(handle);
  }
}

function readInterval(file: number, { fromRecord, toRecord }: DivergingInterval): TraceStore | undefined {
  const fixed = Buffer.alloc(FIXED_BYTES);
  const header = readSync(file, fixed, 0, FIXED_BYTES, 0) < FIXED_BYTES ? undefined : parseTraceHeader(fixed);
  if (header === undefined || fromRecord < header.fromRecord) return undefined;
  const bytes = Buffer.alloc((toRecord - fromRecord) * RECORD_BYTES);
  const at = header.headerBytes + (fromRecord - header.fromRecord) * RECORD_BYTES;
  const lengthBytes = readSync(file, bytes, 0, bytes.length, at);
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
