import { expect, it } from 'vitest';
import { runOnce } from '../scale.ts';

it.each(['star 16', 'leaf-spine 54'])(
  '%s: everything arrives, the same way each time, and costs something',
  async (order) => {
    const run = await runOnce(order, 0.042, 10_000);
    expect(run.messages).toBeGreaterThan(300);
    // The mean of imc10 is 20 KB: fewer packets than that would be another load than the one that is named.
    expect(run.delivered).toBeGreaterThan(45_000);
    expect(run.delivered).toBeLessThan(90_000);
    expect(run.nsPerPacket).toBeGreaterThan(100);
    expect(run.peakBytes).toBeGreaterThan(10_000_000);
  },
);
