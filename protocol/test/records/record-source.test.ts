import { expect, test } from 'vitest';
import { RECORD_SEALED_BYTES } from '../../records/layout.ts';
import { readRecords } from '../../records/record-source.ts';

/** Each record is filled with its index, but for its last byte. */
function recordOf(index: number): Uint8Array {
  const record = new Uint8Array(RECORD_SEALED_BYTES).fill(index + 1);
  record[RECORD_SEALED_BYTES - 1] = 100 + index;
  return record;
}

test('sealed bytes that lie in three records are put one after the other, and nothing beside them', () => {
  const records = [0, 1, 2].map(recordOf);
  const out = new Uint8Array(RECORD_SEALED_BYTES + 8);
  const source = { record: (index: number) => records[index] as Uint8Array };
  readRecords(source, RECORD_SEALED_BYTES - 2, 2 * RECORD_SEALED_BYTES + 2, out, 1);
  expect([...out.subarray(0, 4)]).toEqual([0, 1, 100, 2]);
  expect([...out.subarray(RECORD_SEALED_BYTES + 1)]).toEqual([2, 101, 3, 3, 0, 0, 0]);
});
