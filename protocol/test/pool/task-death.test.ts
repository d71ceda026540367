import { expect, test } from 'vitest';
import type { TransferError } from '../../pool/transfer-error.ts';
import { expectClean, pattern } from '../support/pair.ts';
import { makePools, reactions } from '../support/pools.ts';

const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: TransferError) => error.reason,
  );

/** REQ HEALTH-8. One signal is all that a task needs to give to what it begins. */
test('what a task began ends with its signal, whatever state it is in; others keep what is theirs', async () => {
  const pools = makePools(
    { unary: () => new Promise(() => {}), stream: () => {} },
    { bufferBytesMax: 200_000 },
  );
  const { caller, net, toServer } = pools;
  const task = new AbortController();
  const { signal } = task;
  const kept = await caller.buffers.allocate(10_000);
  const held = await caller.buffers.allocate(100_000, { owner: signal });
  const submitted = await caller.buffers.allocate(50_000, { owner: signal });
  caller.buffers.write(submitted, pattern(50_000));
  caller.buffers.fill(submitted);
  const released = await caller.buffers.allocate(1000, { owner: signal });
  caller.buffers.release(released);
  const ends = [
    caller.buffers.allocate(150_000, { owner: signal }),
    caller.unaryRpc(toServer, submitted, { signal }),
    caller.unaryRpc(toServer, pattern(100_000), { signal }),
    caller.broadcast([toServer], pattern(10), { signal }).then(([outcome]) => Promise.reject(outcome?.error)),
    caller.rawBulkTransfer(toServer, pattern(90_000), { signal }),
  ].map(reasonOf);
  const waits = caller.unaryRpc(toServer, pattern(10), {
    signal,
    after: [{ call: caller.causality.tokenOf(caller.call(toServer, pattern(1), { after: [] }, IGNORED))! }],
  });
  ends.push(reasonOf(waits));
  const stream = caller.bidirectional(toServer, { signal });
  await reactions();
  net.run(net.now + 30_000);
  task.abort();
  await reactions();
  net.run(net.now + 1_000_000);
  expect(await Promise.all(ends)).toEqual(ends.map(() => 'aborted'));
  await expect(stream.write(pattern(1))).rejects.toThrow();
  expect(caller.buffers.stateOf(kept).sizeBytes).toBe(10_000);
  expect(() => caller.buffers.stateOf(held)).toThrow(/released/);
  expect(pools.client.endpoint.state).toMatchObject({ buffers: 1, transferIds: 1, exchanges: 1 });
  caller.buffers.release(kept);
  caller.close();
  net.run(net.now + 1_000_000);
  expectClean(pools.client, pools.server);
});

const IGNORED = { onResponse: () => {}, onFailure: () => {} };
