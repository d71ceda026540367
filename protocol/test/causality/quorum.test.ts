import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CausalityMap } from '../../causality/causality-map.ts';
import { Ledger } from '../../causality/ledger.ts';
import type { Waiter } from '../../causality/ledger.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { failureOf, makePools, valueOf } from '../support/pools.ts';

const RUNS = process.env['DEEP'] === '1' ? 5000 : 300;

type End = 'ok' | 'unanswered' | 'failed';

const dependency = fc.uniqueArray(fc.nat(5), { minLength: 1, maxLength: 6 }).chain((calls) =>
  fc.record({
    calls: fc.constant(calls),
    quorum: fc.nat(calls.length),
    wait: fc.constantFrom('request' as const, 'response' as const),
    cascade: fc.boolean(),
  }),
);
const ends = fc.array(fc.constantFrom<End>('ok', 'unanswered', 'failed'), { minLength: 6, maxLength: 6 });

/** What the definition says once everything has ended. */
function outcomeOf(
  dependencies: readonly { calls: number[]; quorum: number; wait: string; cascade: boolean }[],
  all: readonly End[],
): 'ready' | 'blocked' {
  const has = (call: number, wait: string): boolean =>
    all[call] === 'ok' || (all[call] === 'unanswered' && wait === 'request');
  const reached = dependencies.every(
    ({ calls, quorum, wait, cascade }) =>
      !cascade || calls.filter((call) => has(call, wait)).length >= quorum,
  );
  return reached ? 'ready' : 'blocked';
}

/** REQ PAT-8, PAT-9, PAT-10, CAUSE-9, CAUSE-10 · MUST AFTER-2, AFTER-3 */
describe('a quorum of several', () => {
  test('decides as its definition says, as soon as it can, and leaves nothing', () => {
    fc.assert(
      fc.property(
        fc.array(dependency, { maxLength: 3 }),
        ends,
        fc.nat(6),
        fc.gen(),
        (list, all, begun, gen) => {
          const ledger = new Ledger(new CausalityMap(CausalityMap.memory(64)), 64);
          const tokens = all.map(() => ledger.issue()!);
          const told: string[] = [];
          const waiter: Waiter = {
            onReady: () => told.push('ready'),
            onBlocked: (cause) => told.push('blocked', String(cause)),
          };
          const order = gen(fc.shuffledSubarray, [0, 1, 2, 3, 4, 5], { minLength: 6 });
          const happened: End[] = [];
          const begin = (): unknown =>
            ledger.wait(
              list.map(({ calls, ...rest }) => ({ ...rest, tokens: calls.map((call) => tokens[call]!) })),
              waiter,
            );
          for (const [i, call] of order.entries()) {
            if (i === begun) begin();
            const end = all[call]!;
            if (end !== 'failed') ledger.arrive(tokens[call]!);
            if (end === 'ok') ledger.succeed(tokens[call]!);
            else ledger.fail(tokens[call]!, `failure of ${call}`);
            happened[call] = end;
          }
          if (begun === 6) begin();
          expect(told[0]).toBe(outcomeOf(list, all));
          expect(told.length).toBe(told[0] === 'ready' ? 1 : 2);
          if (told[0] === 'blocked') expect(told[1]).toMatch(/^failure of \d$/);
          expect([ledger.waits, ledger.pending]).toEqual([0, 0]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('goes on with the second of three, and fails when the second has failed, with its error', () => {
    const ledger = new Ledger(new CausalityMap(CausalityMap.memory(64)), 64);
    const tokens = [0, 1, 2].map(() => ledger.issue()!);
    const told: unknown[] = [];
    const waiter = { onReady: () => told.push('ready'), onBlocked: (cause: unknown) => told.push(cause) };
    ledger.wait([{ tokens, quorum: 2, wait: 'response', cascade: true }], waiter);
    ledger.succeed(tokens[2]!);
    ledger.fail(tokens[0]!, 'first');
    expect(told).toEqual([]);
    ledger.fail(tokens[1]!, 'second');
    expect(told).toEqual(['second']);
    const more = [0, 1, 2].map(() => ledger.issue()!);
    ledger.wait([{ tokens: more, quorum: 2, wait: 'request', cascade: true }], waiter);
    ledger.arrive(more[1]!);
    ledger.arrive(more[0]!);
    expect(told).toEqual(['second', 'ready']);
  });

  test('of a broadcast: a commit is handed over when most have answered, though one never does', async () => {
    const ran: number[] = [];
    const pools = makePools(({ body }) => {
      ran.push(body[0]!);
      return body[0] === 9 ? new Promise(() => {}) : pattern(1);
    });
    const { caller, toServer } = pools;
    const votes = [1, 9, 2].map((vote) =>
      caller.unaryRpc(toServer, Uint8Array.of(vote), { deadlineNs: 5e6 }),
    );
    const commit = caller.unaryRpc(toServer, pattern(9000).fill(7, 0, 1), {
      after: [{ call: votes, quorum: 2 }],
    });
    for (const vote of votes) vote.catch(() => {});
    await valueOf(pools, commit);
    expect(ran).toEqual([1, 9, 2, 7]);
    const lost = caller.unaryRpc(toServer, pattern(9000), { after: [{ call: votes, quorum: 3 }] });
    const error = (await failureOf(pools, lost)) as { reason?: string; cause?: { reason?: string } };
    expect([error.reason, error.cause?.reason]).toEqual(['dependency-failed', 'deadline']);
    await valueOf(
      pools,
      caller.unaryRpc(toServer, pattern(9000), { after: [{ call: votes, quorum: 3, cascade: false }] }),
    );
    expect([caller.causality.pending, caller.causality.waits]).toEqual([0, 0]);
    expectClean(pools.client, pools.server);
  });

  test('is a number of its calls', async () => {
    const pools = makePools(() => pattern(1));
    const { caller, toServer } = pools;
    const call = caller.unaryRpc(toServer, pattern(1));
    for (const quorum of [2, -1, 0.5, Number.NaN]) {
      const refused = caller.unaryRpc(toServer, pattern(1), { after: [{ call: [call], quorum }] });
      expect((await failureOf(pools, refused)).code).toBe('ERR_DCQUIC_QUORUM');
    }
    await valueOf(pools, caller.unaryRpc(toServer, pattern(1), { after: [{ call: [] }] }));
  });
});

/** REQ CAUSE-11, PAT-12 · MUST AFTER-3 */
test('calls with callbacks wait, can be waited for, and fail with their cause', async () => {
  const ran: string[] = [];
  const pools = makePools(({ body }) => {
    ran.push(String(body.length));
    if (body.length === 1) throw new Error('no');
    return pattern(1);
  });
  const { net, caller, toServer } = pools;
  const told: string[] = [];
  const outcome = (name: string): Parameters<typeof caller.call>[3] => ({
    onResponse: () => told.push(name),
    onFailure: ({ reason, cause }) => told.push(`${name} ${reason} ${(cause as Error | undefined)?.name}`),
  });
  const a = caller.call(toServer, pattern(2), { after: [] }, outcome('a'));
  const token = caller.causality.tokenOf(a)!;
  const b = caller.call(toServer, pattern(9000), { after: [{ call: token }] }, outcome('b'));
  const tokenB = caller.causality.tokenOf(b)!;
  expect(caller.causality.tokenOf(caller.call(toServer, pattern(3), {}, outcome('-')))).toBeUndefined();
  const failing = caller.call(toServer, pattern(1), { after: [] }, outcome('c'));
  const tokenC = caller.causality.tokenOf(failing)!;
  caller.call(toServer, pattern(4), { after: [{ call: [tokenB, tokenC] }] }, outcome('d'));
  net.run(1_000_000_000);
  expect(told).toEqual(['a', '-', 'c handler-failed undefined', 'd dependency-failed TransferError', 'b']);
  expect(ran).toEqual(['2', '3', '1', '9000']);
  expect(() => caller.call(99, pattern(1), { after: [] }, outcome('e'))).toThrow('there is no peer 99');
  expect([caller.causality.pending, caller.causality.waits]).toEqual([0, 0]);
  expectClean(pools.client, pools.server);
});
