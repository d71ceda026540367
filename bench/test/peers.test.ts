import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runNodeJson } from '../child.ts';
import type { CaseFigures, PeersFigures, Spread } from '../peers.ts';
import { unknownNames } from '../peers/contestants.ts';
import { caseLines } from '../peers/goals.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'bench', 'main.js');

/** Issue 6, acceptance 1 and 2. */
describe('the comparison with other software', () => {
  it('measures all cases of two contestants, in two processes each, and compares them round by round', async () => {
    const args = ['peers', 'node:net', '--json', '--scale', '0.005'];
    const { cases, missing } = await runNodeJson<PeersFigures>([MAIN, ...args]);
    expect(missing).toEqual([]);
    expect(cases.map((one) => one.case)).toEqual(['latency', 'rate', 'bulk']);
    for (const { contestants } of cases) {
      expect(contestants.map(({ name }) => name)).toEqual(['dcquic', 'node:net']);
      const [own, theirs] = contestants;
      expect(own?.ratio.perSecond).toEqual({ median: 1, min: 1, max: 1 });
      // Both did something, and nobody encrypts with less than nothing.
      for (const one of contestants) expect(one.perSecond.min).toBeGreaterThan(0);
      expect(own?.cpuNsPerUnit?.min).toBeGreaterThan(0);
      expect(theirs?.ratio.perSecond.median).toBeLessThan(1);
    }
    const [latency] = cases;
    expect(latency?.contestants[1]?.latencyNs?.p99.median).toBeGreaterThanOrEqual(
      latency?.contestants[1]?.latencyNs?.p50.median ?? Infinity,
    );
  }, 60_000);

  it('knows its contestants by name', () => {
    expect(unknownNames(['quinn', 'grpc-js', 'node:tls', 'curl'])).toEqual(['curl']);
  });

  it('says of each goal whether it is met', () => {
    const one = (value: number): Spread => ({ median: value, min: value / 2, max: value * 2 });
    const figures = (value: number): CaseFigures => ({
      case: 'rate',
      title: 'unary',
      rounds: 1,
      contestants: [
        { name: 'dcquic', perSecond: one(80_000), ratio: { perSecond: one(1) } },
        { name: 'node:http2', perSecond: one(80_000 / value), ratio: { perSecond: one(value) } },
      ],
    });
    expect(caseLines(figures(8)).at(-1)).toBe('  met: at least 8 × node:http2; it is 8 (4–16)');
    expect(caseLines(figures(7.9)).at(-1)).toBe('  NOT MET: at least 8 × node:http2; it is 7.9 (3.95–15.8)');
    const latency: CaseFigures = {
      ...figures(1),
      case: 'latency',
      contestants: [{ name: 'node:dgram', perSecond: one(1), ratio: { perSecond: one(1), p50: one(1.6) } }],
    };
    expect(caseLines(latency).at(-1)).toBe(
      '  NOT MET: at most 1.5 × the p50 of node:dgram; it is 1.6 (0.8–3.2)',
    );
  });
});
