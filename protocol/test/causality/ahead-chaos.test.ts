import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NEVER } from '../../core/units.ts';
import { OutgoingMessage } from '../../records/message.ts';
import { expectClean, makePair, pathSecret, pattern } from '../support/pair.ts';
import type { Pair } from '../support/pair.ts';

const RUNS = process.env['DEEP'] === '1' ? 1000 : 40;
const CALM_NS = 30_000_000;

interface Planned {
  bytes: number;
  priority: number;
  beginNs: number;
  /** Undefined: it does not wait. */
  releaseNs: number | undefined;
  cancelNs: number | undefined;
}

const at = fc.nat(20_000_000);
const planned: fc.Arbitrary<Planned> = fc.record({
  bytes: fc.constantFrom(100, 3000, 40_000, 300_000),
  priority: fc.nat(7),
  beginNs: fc.nat(3_000_000),
  releaseNs: fc.option(at, { nil: undefined, freq: 8 }),
  cancelNs: fc.option(at, { nil: undefined, freq: 1 }),
});

const trouble = fc.record({
  notifyWindow: fc.constantFrom(2, 3, 8, 64),
  aheadBytesMax: fc.constantFrom(0, 50_000, 1_000_000),
  exchangesMax: fc.constantFrom(8, 1000),
  lossPercent: fc.nat(25),
  latePercent: fc.nat(25),
  twicePercent: fc.nat(25),
  restartNs: fc.option(at, { nil: undefined, freq: 1 }),
  seed: fc.nat(1_000_000),
});

interface Begun {
  plan: Planned;
  id: number;
  releasedAt: number;
  cancelledAt: number;
}

function begin({ net, client, toServer }: Pair, plan: Planned, index: number): Begun {
  const begun: Begun = { plan, id: -1, releasedAt: NEVER, cancelledAt: NEVER };
  const { bytes, priority, beginNs, releaseNs, cancelNs } = plan;
  const body = pattern(bytes);
  body[0] = index;
  net.at(beginNs, () => {
    const causal = releaseNs === undefined ? undefined : 'held';
    if (causal === undefined) begun.releasedAt = net.now;
    const { endpoint } = client;
    begun.id = endpoint.call(net.now, toServer, new OutgoingMessage(body), priority, NEVER, causal);
    net.drain(client);
  });
  if (releaseNs !== undefined)
    net.at(beginNs + releaseNs, () => {
      begun.releasedAt = net.now;
      client.endpoint.release(net.now, begun.id);
      net.drain(client);
    });
  if (cancelNs !== undefined)
    net.at(beginNs + cancelNs, () => {
      if (!client.endpoint.cancel(net.now, begun.id, 'aborted')) return;
      begun.cancelledAt = net.now;
      net.drain(client);
    });
  return begun;
}

/** REQ CAUSE-9, FLOW-3, BP-2, TEST-I5 · MUST AHEAD-1, AHEAD-2, AHEAD-3, AHEAD-4, AHEAD-5, AHEAD-6, AHEAD-7, EXCH-1, EXCH-5, EXCH-9 */
test('whatever waits, is released, cancelled, lost, doubled or late, and if the callee restarts: nothing runs before its release, or twice, and nothing is left', () => {
  fc.assert(
    fc.property(fc.array(planned, { minLength: 1, maxLength: 14 }), trouble, (plans, config) => {
      const { notifyWindow, aheadBytesMax, exchangesMax } = config;
      const pair = makePair({
        options: { notifyWindow, receiveBytesMax: 400_000 },
        server: { options: { aheadBytesMax, exchangesMax } },
      });
      const { net, client, server } = pair;
      const rng = net.fork(`ahead/${config.seed}`);
      net.hook = () => {
        if (net.now > CALM_NS) return undefined;
        if (rng.ratio(config.lossPercent, 100)) return [];
        const delayNs = rng.ratio(config.latePercent, 100) ? rng.below(300_000) : 0;
        return rng.ratio(config.twicePercent, 100)
          ? [{ delayNs }, { delayNs: rng.below(3_000_000) }]
          : [{ delayNs }];
      };
      const calls = plans.map((plan, index) => begin(pair, plan, index));
      if (config.restartNs !== undefined)
        net.at(config.restartNs, () => {
          server.restart();
          server.endpoint.serve();
          const { address } = client;
          server.endpoint.addPeer(net.now, {
            address,
            secret: pathSecret(),
            role: 'server',
            usedBefore: true,
          });
        });
      expect(net.run(10_000_000_000)).toBe('idle');
      for (const [index, { id, plan, releasedAt, cancelledAt }] of calls.entries()) {
        const runs = server.requests.filter(({ body }) => body[0] === index);
        const result = client.results.get(id);
        const context = JSON.stringify({
          index,
          plan,
          runs: runs.map(({ atNs }) => atNs),
          reason: result?.reason,
        });
        expect(result, context).toBeDefined();
        expect(runs.length, context).toBeLessThanOrEqual(1);
        if (runs.length === 1) {
          expect(runs[0]!.atNs, context).toBeGreaterThanOrEqual(releasedAt);
          expect(runs[0]!.body.length, context).toBe(plan.bytes);
        }
        if (cancelledAt < releasedAt) expect(runs, context).toEqual([]);
        if (result!.status === 0) expect(runs.length, context).toBe(1);
        else if (cancelledAt !== NEVER) expect(result!.reason, context).toBe('aborted');
        // A restart ends what was released, and nothing else; a callee of few places refuses.
        else if (result!.reason === 'refused') expect(exchangesMax, context).toBe(8);
        else {
          expect(config.restartNs, context).toBeDefined();
          expect(['peer-restarted', 'unknown-transfer'], context).toContain(result!.reason);
          expect(releasedAt, context).toBeLessThanOrEqual(result!.atNs);
        }
      }
      expectClean(client, server);
      expect([client.endpoint.counters.violations, server.endpoint.counters.violations]).toEqual([0, 0]);
    }),
    { numRuns: RUNS },
  );
}, 300_000);
