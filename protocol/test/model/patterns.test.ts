import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sequences } from './commands.ts';
import { Players } from './players.ts';
import { Reference } from './reference.ts';
import { settle } from './settle.ts';

const DEEP = process.env['DEEP'] === '1';
/** Over both numbers of hosts. In the short suite always the same ones, in the long one others each time. */
const RUNS = DEEP ? { numRuns: 500 } : { numRuns: 15, seed: 1 };
const COMMANDS_MAX = 80;

/** Small ones are used up. */
const options = fc.record({
  notifyWindow: fc.constantFrom(1, 2, 1024),
  streamMessagesMax: fc.constantFrom(1, 4, 16),
  streamBytesMax: fc.constantFrom(2000, 100_000),
  bufferBytesMax: fc.constantFrom(80_000, 1_000_000),
});

/**
 * REQ PAT-1, PAT-2, PAT-4, PAT-5, PAT-12, PAT-13, PAT-16, XFER-5, XFER-6, STREAM-1 … STREAM-7, FLOW-1 … FLOW-3, BP-1, BUF-9 · MUST EXCH-1, EXCH-5 … EXCH-9,
 * STRM-1, DGRAM-1, CREDIT-2
 */
test.each([2, 3])(
  'every pattern does what the reference says, whatever is done to it: %d hosts',
  async (hosts) => {
    const commands = sequences(hosts, COMMANDS_MAX);
    await fc.assert(
      fc.asyncProperty(fc.boolean(), options, commands, async (accepting, limits, sequence) => {
        const reference = new Reference(hosts);
        const players = new Players({ hosts, accepting, options: limits }, reference);
        await fc.asyncModelRun(() => ({ model: reference, real: players }), sequence);
        await settle(players);
        expect(reference.differences).toEqual([]);
      }),
      RUNS,
    );
  },
);
