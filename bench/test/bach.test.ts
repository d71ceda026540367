import { describe, expect, it } from 'vitest';
import { bachLines, measureBach } from '../bach.ts';
import { CHANNEL, SLEEP, SPAWN, UDP } from '../bach/cases.ts';

const variants = [...SPAWN, ...SLEEP, ...CHANNEL, ...UDP].map(
  (each) => [each.bench, each.form, each] as const,
);

describe("Bach's benches", () => {
  it.each(variants)(
    '%s, %s: everything comes through, the same way each time',
    async (bench, form, variant) => {
      const first = await variant.run(500);
      expect(first.done).toBe(500);
      expect(await variant.run(500)).toEqual(first);
      // A bench that does not send its packets through the network measures something else: timer and host, or switch too.
      if (bench === 'udp') expect(first.events).toBeGreaterThanOrEqual(form.includes('switch') ? 1500 : 1000);
    },
  );

  it('are measured without cargo too, and say so', async () => {
    const figures = await measureBach({ scale: 0.001, rounds: 1, cargo: 'no-such-cargo' });
    expect(figures.rows.map((row) => row.ratio)).toEqual(variants.map(() => null));
    expect(figures.rows.every((row) => row.itemsPerSecond > 0)).toBe(true);
    expect(bachLines(figures).at(-1)).toMatch(/^Bach itself was not measured: there is no cargo/);
  });
});
