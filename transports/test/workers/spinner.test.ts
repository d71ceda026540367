import { describe, expect, test } from 'vitest';
import { Spinner } from '../../workers/spinner.ts';
import { ManualLoop } from '../support/manual-loop.ts';

const SPIN_NS = 100_000;

function spinning(work: { look: () => boolean; sleep?: () => boolean }) {
  const loop = new ManualLoop();
  let turns = 0;
  const spinner = new Spinner(loop, { sleep: () => true, ...work }, SPIN_NS, () => (turns += 1));
  return { loop, spinner, turns: () => turns };
}

/** REQ NIC-1, NIC-9, PERF-7 */
describe('a spinner', () => {
  test('turns while there is work, and for a while after; then it sleeps until it is woken', async () => {
    let left = 10;
    const { loop, spinner, turns } = spinning({ look: () => (left -= 1) >= 0 });
    spinner.wake();
    await loop.advance(loop.nowNs + 10 * SPIN_NS);
    const after = turns();
    expect(after).toBeGreaterThan(10 + SPIN_NS / loop.turnNs - 3);
    expect(after).toBeLessThan(10 + SPIN_NS / loop.turnNs + 3);
    expect(loop.isIdle).toBe(true);
    spinner.wake();
    spinner.wake();
    expect(loop.soonTasks).toBe(1);
    await loop.turn();
    expect(turns()).toBe(after + 1);
  });

  test('does not sleep when that is refused because something has come', async () => {
    let asked = 0;
    const { loop, spinner } = spinning({ look: () => false, sleep: () => (asked += 1) > 3 });
    spinner.wake();
    await loop.advance(loop.nowNs + 2 * SPIN_NS);
    expect([asked, loop.isIdle]).toEqual([4, true]);
  });

  test('does nothing once it is closed', async () => {
    const { loop, spinner, turns } = spinning({ look: () => true });
    spinner.wake();
    spinner.close();
    await loop.turn();
    spinner.wake();
    expect([turns(), loop.isIdle]).toEqual([0, true]);
  });
});
