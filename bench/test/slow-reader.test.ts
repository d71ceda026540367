import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runNodeJson } from '../child.ts';
import type { SlowReaderFigures } from '../slow-reader.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'bench', 'main.js');
const isDeep = process.env['DEEP'] === '1';
/** The collector and the allocator are never quite even; a message that is kept would be 1 MB for each hundred. */
const HEAP_BYTES_PER_SECOND = 20_000;
const LIVE_BYTES_MORE = 1_000_000;
const RSS_BYTES_MORE = 24_000_000;

/** REQ BP-1, BP-2, BP-3, TEST-I7: over UDP, between two processes. */
describe('a writer whose reader takes a message a millisecond', () => {
  it.each(isDeep ? [3, 60] : [3])(
    'has never more in hand than its limits, for %d s',
    async (seconds) => {
      const { writer, reader } = await runNodeJson<SlowReaderFigures>([
        MAIN,
        'slow-reader',
        '--json',
        '--scale',
        String(seconds / 60),
      ]);
      const { limits } = writer;
      expect(writer.backlogMessagesMax).toBeLessThanOrEqual(limits.messages);
      expect(writer.backlogBytesMax).toBeLessThanOrEqual(limits.bytes);
      // It was stopped by its limit, not by want of messages, and everything came.
      expect(writer.backlogBytesMax).toBeGreaterThan(limits.bytes / 2);
      expect(reader.messages).toBe(writer.messages);
      expect(writer.messages).toBeGreaterThan(limits.messages);
      expect(writer.messages).toBeLessThan(1000 * seconds + 200);
      if (seconds < 60) return;
      for (const figures of [writer, reader]) {
        expect(figures.heapBytesPerSecond).toBeLessThan(HEAP_BYTES_PER_SECOND);
        expect(figures.liveGrowthBytes).toBeLessThan(LIVE_BYTES_MORE);
        expect(figures.rssGrowthBytes).toBeLessThan(RSS_BYTES_MORE);
      }
    },
    180_000,
  );
});
