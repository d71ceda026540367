import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AwaitedPart } from '../../causality/states.ts';
import type { Pool, UnaryResponse } from '../../pool/pool.ts';
import type { Call } from '../../pool/causality.ts';
import type { TransferError } from '../../pool/transfer-error.ts';
import type { Rng } from '../../../sim/random/rng.ts';
import { Net } from '../support/net.ts';
import type { Hook } from '../support/net.ts';
import type { Node } from '../support/node.ts';
import { expectClean, pathSecret } from '../support/pair.ts';
import { reactions } from '../support/pools.ts';

const RUNS = process.env['DEEP'] === '1' ? 1000 : 60;
const SERVERS = 2;
const FATES = ['ok', 'ok', 'ok', 'handler-failed', 'message-too-large'] as const;
const MESSAGE_BYTES_MAX = 30_000;

interface Edge {
  to: number;
  wait: AwaitedPart;
  cascade: boolean;
}
interface Planned {
  fate: (typeof FATES)[number];
  server: number;
  sizeBytes: number;
  after: Edge[];
}

/** Calls that depend on earlier ones: any acyclic graph, in an order in which it can be begun. */
const graph: fc.Arbitrary<Planned[]> = fc
  .array(
    fc.record({
      fate: fc.constantFrom(...FATES),
      server: fc.nat(SERVERS - 1),
      sizeBytes: fc.constantFrom(10, 1000, 5000, 25_000),
      after: fc.array(
        fc.record({
          back: fc.integer({ min: 1, max: 6 }),
          wait: fc.constantFrom<AwaitedPart>('request', 'response'),
          cascade: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
    }),
    { minLength: 2, maxLength: 14 },
  )
  .map((calls) =>
    calls.map((call, i) => ({
      ...call,
      after: call.after
        .filter(({ back }) => back <= i)
        .map(({ back, wait, cascade }) => ({ to: i - back, wait, cascade })),
    })),
  );

/** The reference: how each call ends, and whether its handler runs. */
function predict(calls: readonly Planned[]): { end: string; runs: boolean }[] {
  const ends: { end: string; runs: boolean }[] = [];
  for (const { fate, after } of calls) {
    const blocked = after.some(
      ({ to, wait, cascade }) => cascade && (wait === 'request' ? !ends[to]!.runs : ends[to]!.end !== 'ok'),
    );
    if (blocked) ends.push({ end: 'dependency-failed', runs: false });
    else ends.push({ end: fate, runs: fate !== 'message-too-large' });
  }
  return ends;
}

interface World {
  net: Net;
  client: Node;
  servers: Node[];
  pool: Pool;
  peers: number[];
  /** `ran 3`, `answered 3`, in the order of virtual time. */
  log: string[];
}

function makeWorld(calls: readonly Planned[], rng: Rng): World {
  const net = new Net({ peerTimeoutNs: 1_000_000_000, messageBytesMax: MESSAGE_BYTES_MAX * 4 });
  const client = net.addNode();
  const log: string[] = [];
  const servers = Array.from({ length: SERVERS }, () =>
    net.addNode({ options: { messageBytesMax: MESSAGE_BYTES_MAX } }),
  );
  const peers = servers.map((server, i) => {
    const secret = pathSecret(i + 1);
    server.endpoint.addPeer(0, { address: client.address, secret, role: 'server' });
    server.makePool().serve(async ({ body }) => {
      const index = body[0]!;
      log.push(`ran ${index}`);
      await new Promise<void>((resolve) => net.at(net.now + rng.below(60_000), resolve));
      log.push(`answered ${index}`);
      if (calls[index]!.fate === 'handler-failed') throw new Error(`call ${index}`);
      return new Uint8Array(calls[index]!.sizeBytes);
    });
    return client.endpoint.addPeer(0, { address: server.address, secret, role: 'client' });
  });
  return { net, client, servers, pool: client.makePool(), peers, log };
}

function lossy(rng: Rng, net: Net): Hook {
  const [loss, late] = [rng.below(20), rng.below(20)];
  return () => {
    if (net.now > 60_000_000) return undefined;
    if (rng.ratio(loss, 100)) return [];
    return rng.ratio(late, 100) ? [{ delayNs: 10_000 + rng.below(200_000) }] : undefined;
  };
}

async function drive(net: Net, all: Promise<unknown>): Promise<void> {
  let done = false;
  void all.then(() => {
    done = true;
  });
  for (let turn = 0; turn < 4000 && !done; turn += 1) {
    net.run(net.now + 20_000 * (1 + (turn >> 6)));
    await reactions();
  }
  expect(done, 'every call has an end').toBe(true);
  for (let turn = 0; turn < 20; turn += 1) {
    net.run(net.now + 100_000_000);
    await reactions();
  }
}

function begin({ pool, peers }: World, calls: readonly Planned[]): Call<UnaryResponse>[] {
  const begun: Call<UnaryResponse>[] = [];
  for (const [i, { fate, server, sizeBytes, after }] of calls.entries()) {
    const request = new Uint8Array(fate === 'message-too-large' ? MESSAGE_BYTES_MAX + 1 : sizeBytes).fill(i);
    begun.push(
      pool.unaryRpc(peers[server]!, request, {
        after: after.map(({ to, wait, cascade }) => ({ call: begun[to]!, wait, cascade })),
        retriesMax: 0,
      }),
    );
  }
  return begun;
}

/** REQ PAT-8, PAT-9, PAT-10, PAT-12, CAUSE-7, CAUSE-9, CAUSE-10 · MUST AFTER-1, AFTER-2, AFTER-3 */
test('random graphs with failures under loss end as the model says, in causal order, and leave nothing', async () => {
  await fc.assert(
    fc.asyncProperty(graph, fc.nat(1_000_000), async (calls, seed) => {
      const rng = new Net().fork(`graph/${seed}`);
      const world = makeWorld(calls, rng);
      const { net, client, servers, pool, log } = world;
      net.hook = lossy(rng, net);
      const ended = Promise.allSettled(begin(world, calls));
      await drive(net, ended);
      const results = await ended;
      const errors = results.map((r) => (r.status === 'rejected' ? (r.reason as TransferError) : undefined));
      const expected = predict(calls);
      expect(errors.map((error) => error?.reason ?? 'ok')).toEqual(expected.map(({ end }) => end));
      const ran = expected.flatMap(({ runs }, i) => (runs ? [`ran ${i}`] : []));
      expect(log.filter((line) => line.startsWith('ran')).toSorted()).toEqual(ran.toSorted());
      for (const [i, { after }] of calls.entries()) {
        if (errors[i]?.reason === 'dependency-failed') {
          expect(after.some(({ to, cascade }) => cascade && errors[to] === errors[i]!.cause)).toBe(true);
          expect(errors[i]!.cause).toBeDefined();
        }
        if (!expected[i]!.runs) continue;
        for (const { to, wait } of after) {
          const line = `${wait === 'request' ? 'ran' : 'answered'} ${to}`;
          if (expected[to]!.runs) expect(log.indexOf(`ran ${i}`)).toBeGreaterThan(log.indexOf(line));
        }
      }
      expect([pool.causality.pending, pool.causality.waits]).toEqual([0, 0]);
      expectClean(client, ...servers);
    }),
    { numRuns: RUNS },
  );
}, 60_000);
