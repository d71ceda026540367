import { describe, expect, it } from 'vitest';
import { NEVER } from '../../protocol/core/units.ts';
import { Wakeup } from '../inline/wakeup.ts';
import { ManualLoop } from './support/manual-loop.ts';

function rig(): { loop: ManualLoop; wakeup: Wakeup; woken: number[] } {
  const loop = new ManualLoop();
  const woken: number[] = [];
  return { loop, woken, wakeup: new Wakeup(loop, () => woken.push(loop.nowNs)) };
}

describe('Wakeup', () => {
  it('spins only while the deadline is really near. REQ WHEEL-2', async () => {
    const { loop, wakeup, woken } = rig();
    wakeup.refresh(loop.nowNs);
    const deadline = loop.nowNs + 10.5e6;
    wakeup.arm(loop.nowNs, deadline);
    expect(loop.soonTasks).toBe(0);
    await loop.advance(deadline - 1e6);
    expect(loop.turns).toBeLessThan(3);
    await loop.advance(deadline + 1e6);
    expect(woken).toHaveLength(1);
    expect(woken[0]).toBeGreaterThanOrEqual(deadline);
    expect((woken[0] ?? 0) - deadline).toBeLessThan(5_000);
  });

  it('stops spinning for near deadlines when nothing has happened for a while', async () => {
    const { loop, wakeup } = rig();
    let wakes = 0;
    const again = new Wakeup(loop, () => {
      wakes++;
      again.arm(loop.nowNs, loop.nowNs + 100_000);
    });
    wakeup.arm(0, NEVER);
    again.refresh(loop.nowNs);
    again.arm(loop.nowNs, loop.nowNs + 100_000);
    await loop.advance(loop.nowNs + 20e6);
    expect(wakes).toBeGreaterThan(150);
    const before = loop.turns;
    await loop.advance(loop.nowNs + 100e6);
    expect(loop.turns - before).toBeLessThan(210); // a timer per millisecond instead
    again.arm(loop.nowNs, NEVER);
    await loop.advance(loop.nowNs + 5e6);
    expect(loop.isIdle).toBe(true);
  });

  it('does nothing per change of a deadline that only moves away', async () => {
    const { loop, wakeup, woken } = rig();
    for (let i = 0; i < 1000; i++) wakeup.arm(loop.nowNs, loop.nowNs + 50e6 + i);
    expect(loop.timersStarted).toBe(1);
    await loop.advance(loop.nowNs + 60e6);
    expect(woken).toHaveLength(1);
    expect(loop.isIdle).toBe(true);
  });

  it('follows a deadline that comes nearer', async () => {
    const { loop, wakeup, woken } = rig();
    const start = loop.nowNs;
    wakeup.arm(start, start + 500e6);
    wakeup.arm(start, start + 5e6);
    await loop.advance(start + 8e6);
    expect(woken).toHaveLength(1);
    expect(loop.isIdle).toBe(true);
  });

  it('cannot be starved by arming again and again for a near deadline', async () => {
    const { loop, wakeup, woken } = rig();
    const start = loop.nowNs;
    for (let i = 0; i < 30; i++) {
      // Nothing refreshes it, so it has only timers.
      wakeup.arm(loop.nowNs, start + 500_000);
      await loop.advance(loop.nowNs + 100_000);
    }
    expect(woken[0]).toBeLessThanOrEqual(start + 1.5e6);
  });

  it('forgets everything when disarmed', async () => {
    const { loop, wakeup, woken } = rig();
    wakeup.arm(loop.nowNs, loop.nowNs + 5e6);
    wakeup.arm(loop.nowNs, NEVER);
    expect(loop.isIdle).toBe(true);
    wakeup.refresh(loop.nowNs);
    wakeup.arm(loop.nowNs, loop.nowNs + 100_000);
    wakeup.arm(loop.nowNs, NEVER);
    await loop.advance(loop.nowNs + 10e6);
    expect(woken).toEqual([]);
  });

  it('waits longer than setTimeout can', async () => {
    const { loop, wakeup, woken } = rig();
    const deadline = loop.nowNs + 40 * 86_400e9;
    wakeup.arm(loop.nowNs, deadline);
    await loop.advance(deadline + 2e6);
    expect(woken).toHaveLength(1);
    expect(woken[0]).toBeGreaterThanOrEqual(deadline);
  });
});
