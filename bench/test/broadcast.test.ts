import { describe, expect, it } from 'vitest';
import { measureBroadcast } from '../broadcast.ts';

const ERRORS = ['message-too-large', 'peer-timeout', 'rejected'];

/** REQ PAT-13, PAT-14, PAT-15, BUF-9, HEALTH-10. */
describe('a broadcast to 50 peers of which 3 fail', () => {
  const expectFigures = async (bytes: number, byId: boolean): Promise<void> => {
    const figures = await measureBroadcast({ peers: 50, bytes, byId });
    const records = Math.ceil(bytes / 65_520);
    expect(figures).toMatchObject({ records, seals: records, ok: 47, buffersLeft: 0, otherLeft: 0 });
    expect(figures.errors.toSorted()).toEqual(ERRORS);
    expect(figures.buffersPeak).toBeGreaterThan(0);
    expect(figures.buffersPeak).toBeLessThanOrEqual(records);
    // All bytes to all that took them, each once.
    expect(figures.packets).toBeGreaterThan((47 * bytes) / 1472);
    expect(figures.packets).toBeLessThan((49 * bytes) / 1400);
  };

  it.each([false, true])('is sealed once and leaves no buffer, small; by id: %s', async (byId) => {
    await expectFigures(1_000_000, byId);
  });

  it.skipIf(process.env['DEEP'] !== '1')(
    'is sealed once and leaves no buffer, of 64 MB',
    async () => {
      await expectFigures(64_000_000, false);
    },
    300_000,
  );
});
