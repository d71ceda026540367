import { expect } from 'vitest';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { Handler, Pool } from '../../pool/pool.ts';
import { makePair } from './pair.ts';
import type { Pair } from './pair.ts';

/** A client and a server with the promise API. */
export interface Pools extends Pair {
  caller: Pool;
  callee: Pool;
}

export function makePools(handler: Handler | undefined, options: Partial<EndpointOptions> = {}): Pools {
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
