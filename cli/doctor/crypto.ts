import { createCipheriv } from 'node:crypto';
import type { Check, Finding } from './finding.ts';

const RECORD_BYTES = 65_520;
const BATCHES = 20;
const BATCH_RECORDS = 30;
const SLOW_BYTES_PER_SECOND = 1e9;

export const cryptoChecks: readonly Check[] = [{ id: 'aes', title: 'AES-128-GCM', look: () => [aes()] }];

/** Seals records for some milliseconds; the best batch counts, because in others the core may have been shared. */
function aes(): Finding {
  const key = Buffer.alloc(16, 1);
  const record = Buffer.alloc(RECORD_BYTES);
  let bytesPerSecond = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const startMs = performance.now();
    for (let i = 0; i < BATCH_RECORDS; i++) {
      const cipher = createCipheriv('aes-128-gcm', key, Buffer.alloc(12));
      cipher.update(record);
      cipher.final();
    }
    const seconds = (performance.now() - startMs) / 1000;
    bytesPerSecond = Math.max(bytesPerSecond, (BATCH_RECORDS * RECORD_BYTES) / seconds);
  }
  const finding = {
    id: 'aes',
    title: 'AES-128-GCM',
    found: `${(bytesPerSecond / 1e9).toFixed(1)} GB/s in records of 64 KiB, one core`,
  };
  if (bytesPerSecond >= SLOW_BYTES_PER_SECOND) return { ...finding, level: 'good' };
  return {
    ...finding,
    level: 'costs',
    cost: 'sealing bounds the rate of large messages',
    remedy: 'a processor with AES instructions, or a virtual machine that passes them on',
  };
}
