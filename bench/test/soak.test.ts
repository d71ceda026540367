import { describe, expect, test } from 'vitest';
import { realLines, simulatedLines } from '../soak/lines.ts';
import { soakReal } from '../soak/real.ts';
import { soakSimulated } from '../soak/simulated.ts';
import { trend } from '../soak/samples.ts';

const isDeep = process.env['DEEP'] === '1';
const onProgress = (): void => {};

/** REQ BUF-9, HEALTH-8, DST-5 */
describe('the soak', () => {
  test('compares medians of thirds', () => {
    const values = [100, 90, 1, 5, 3, 80, 7, 9, 8];
    expect(trend(values, (one) => one)).toEqual({ before: 5, after: 8 });
  });

  test('of hosts that crash in virtual time loses no byte, and nothing is left', async () => {
    const virtualSeconds = isDeep ? 300 : 20;
    const figures = await soakSimulated({
      virtualSeconds,
      seed: 2,
      samples: isDeep ? 60 : 3,
      isCancelled: () => false,
      onProgress,
    });
    expect(figures.crashes).toBe(virtualSeconds / 10);
    expect(figures.failed).toBeGreaterThan(0);
    // So short a run may still warm up.
    const { problems } = figures;
    expect(problems.filter((problem) => isDeep || !problem.startsWith('the heap'))).toEqual([]);
    expect(simulatedLines(figures).join('\n')).toContain('nothing');
  });

  test.skipIf(!isDeep)('of processes that are killed loses no byte, and nothing is left', async () => {
    const figures = await soakReal({ seconds: 30, isCancelled: () => false, onProgress });
    expect(figures.problems).toEqual([]);
    expect(figures.kills).toBeGreaterThan(2);
    expect(realLines(figures).at(-1)).toBe('  all is as it should be');
  });
});
