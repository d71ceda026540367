import { expect, test } from 'vitest';
import type { Rng } from '../../sim/random/rng.ts';
import type { FailureReason } from '../endpoint/errors.ts';
import type { Hook } from './support/net.ts';
import type { Node } from './support/node.ts';
import { expectClean, makePair, pattern, resultOf, sameBytes } from './support/pair.ts';
import type { Pair } from './support/pair.ts';

const SEEDS = process.env['DEEP'] === '1' ? 3000 : 120;
const SIZES = [0, 200, 1400, 20_000, 140_000];
const HEAL_NS = 150_000_000;
const TIMEOUTS = [5_000_000, 20_000_000, 100_000_000];
/** What a call may end with when networks break and processes restart; anything else is wrong. */
const EXCUSES: (FailureReason | undefined)[] = [
  undefined,
  'peer-timeout',
  'peer-restarted',
  'cancelled',
  'unknown-transfer',
];

/** Directions that are cut, from when to when. */
interface Cut {
  from: unknown;
  start: number;
  end: number;
}

function makeCuts(rng: Rng, nodes: Node[]): Cut[] {
  return Array.from({ length: rng.below(5) }, () => {
    const start = rng.below(100_000_000);
    const end = Math.min(HEAL_NS, start + rng.below(rng.below(2) === 0 ? 1_000_000 : 80_000_000));
    return { from: nodes[rng.below(2)]!.address, start, end };
  });
}

function broken({ net }: Pair, cuts: Cut[], loss: number, rng: Rng): Hook {
  return ({ from }) => {
    if (net.now >= HEAL_NS) return undefined;
    if (cuts.some((cut) => cut.from === from && cut.start <= net.now && net.now < cut.end)) return [];
    return rng.ratio(loss, 100) ? [] : undefined;
  };
}

interface Call {
  node: Node;
  id: number;
  body: Uint8Array;
}

/** A pair, what happens to it, and what it was asked. */
class Story {
  readonly pair: Pair;
  readonly rng: Rng;
  readonly calls: Call[] = [];
  /** Handler runs by name of the call. */
  readonly handled = new Map<number, number>();

  constructor(seed: number) {
    this.rng = makePair().net.fork(`trouble/${seed}`);
    const { rng } = this;
    const resolve = rng.below(2) === 0;
    this.pair = makePair({
      resolve,
      options: { notifyWindow: [2, 1024][rng.below(2)]! },
      client: { options: { peerTimeoutNs: TIMEOUTS[rng.below(3)]! } },
      server: { options: { peerTimeoutNs: TIMEOUTS[rng.below(3)]! } },
    });
    const { net, client, server } = this.pair;
    net.hook = broken(this.pair, makeCuts(rng, [client, server]), rng.below(20), rng);
    client.endpoint.serve();
    for (const node of [client, server]) this.serve(node);
    for (let i = 0; i < 15; i += 1) net.at(rng.below(120_000_000), () => this.call(i));
    // A client's secret must not outlive its process: only servers that resolve it restart.
    for (let i = resolve ? rng.below(3) : 0; i > 0; i -= 1)
      net.at(rng.below(120_000_000), () => this.restart());
  }

  private serve(node: Node): void {
    const { net } = this.pair;
    node.handler = (at, { exchange, body }) => {
      const { endpoint } = at;
      // Empty bodies carry no name.
      if (body.length > 0) this.handled.set(body[0]!, (this.handled.get(body[0]!) ?? 0) + 1);
      net.at(net.now + this.rng.below(this.rng.below(2) === 0 ? 1 : 30_000_000), () => {
        if (at.endpoint !== endpoint) return;
        at.reply(exchange, body);
        net.drain(at);
      });
    };
  }

  private call(index: number): void {
    const { net, client, server, toClient } = this.pair;
    const node = toClient >= 0 && index % 3 === 0 ? server : client;
    const body = pattern(SIZES[this.rng.below(SIZES.length)]!, index);
    if (body.length > 0) body[0] = index;
    const id = node.call(node === client ? this.pair.toServer : toClient, body, {
      priority: this.rng.below(8),
    });
    this.calls.push({ node, id, body });
    net.drain(node);
  }

  private restart(): void {
    const { net, server } = this.pair;
    server.restart();
    server.endpoint.serve();
    net.drain(server);
  }
}

/** REQ HEALTH-2, XFER-3, XFER-5 · MUST EXCH-1, EXCH-5, EXCH-9. Safety while it lasts, and an end to everything once it is over. */
test.each(Array.from({ length: SEEDS }, (_, i) => i))('cuts, losses and restarts, seed %d', (seed) => {
  const story = new Story(seed);
  const { net, client, server } = story.pair;
  expect(net.run(20_000_000_000), 'quiet in the end').toBe('idle');
  for (const { node, id, body } of story.calls) {
    const { reason, body: answer } = resultOf(node, id);
    expect(EXCUSES).toContain(reason);
    if (reason === undefined) expect(sameBytes(answer, body)).toBe(true);
  }
  for (const [key, runs] of story.handled) expect(runs, `handler runs of call ${key}`).toBe(1);
  expectClean(client, server);
  // Once healed, the second call at the latest is as if nothing had been.
  net.now = Math.max(net.now, HEAL_NS);
  client.call(story.pair.toServer, pattern(10));
  expect(net.run()).toBe('idle');
  const id = client.call(story.pair.toServer, pattern(5000));
  expect(net.run()).toBe('idle');
  expect(resultOf(client, id).reason).toBeUndefined();
  expectClean(client, server);
});
