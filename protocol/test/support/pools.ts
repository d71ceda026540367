import { expect } from 'vitest';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { Handler, Pool, Service } from '../../pool/pool.ts';
import { makePair } from './pair.ts';
import type { Pair } from './pair.ts';

/** A client and a server with the promise API. */
export interface Pools extends Pair {
  caller: Pool;
  callee: Pool;
}

export function makePools(
  handler: Handler | Service | undefined,
  options: Partial<EndpointOptions> = {},
): Pools {
  const pair = makePair({ options, serve: handler !== undefined });
  const caller = pair.client.makePool();
  const callee = pair.server.makePool();
  if (handler !== undefined) callee.serve(handler);
  return { ...pair, caller, callee };
}

/** Runs the network and the application in turns until `promise` is settled; what became of it. */
export async function settled<T>({ net }: Pair, promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  let result: PromiseSettledResult<T> | undefined;
  const outcome = Promise.allSettled([promise]).then(([only]) => {
    result = only;
  });
  for (let turn = 0; turn < 100 && result === undefined; turn += 1) {
    net.run(net.now + 1_000_000_000);
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
  }
  await outcome;
  net.run(net.now + 1_000_000_000);
  return result!;
}

export async function failureOf(
  pair: Pair,
  promise: Promise<unknown>,
): Promise<Error & { code?: string; reason?: string }> {
  const result = await settled(pair, promise);
  expect(result.status).toBe('rejected');
  return (result as PromiseRejectedResult).reason as Error;
}

export async function valueOf<T>(pair: Pair, promise: Promise<T>): Promise<T> {
  const result = await settled(pair, promise);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

/** Lets everything run that waits for nothing but other promises. */
export function reactions(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs the network and the application in turns of `turnNs` until `promise` is settled: for applications that do many things in a row. */
export async function driven<T>(pair: Pair, promise: Promise<T>, turnNs = 20_000): Promise<T> {
  const { net } = pair;
  let done = false;
  const settle = (): void => {
    done = true;
  };
  promise.then(settle, settle);
  for (let turn = 0; turn < 20_000 && !done; turn += 1) {
    net.run(net.now + turnNs);
    await reactions();
  }
  if (!done) throw new Error(`not settled at ${net.now} ns`);
  return promise;
}

/** Until nothing is left to happen. */
export async function quiet({ net }: Pair): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    const result = net.run(net.now + 10_000_000_000);
    await reactions();
    if (result === 'idle' && net.run(net.now) === 'idle') return;
  }
  throw new Error('never quiet');
}
