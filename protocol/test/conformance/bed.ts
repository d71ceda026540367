import { expect } from 'vitest';
import type { EndpointState } from '../../telemetry/generated/counters.ts';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { PeerId } from '../../peer/peer.ts';
import type { PoolCausality } from '../../pool/causality.ts';
import type { PoolEvents } from '../../pool/events.ts';
import type { Handler, Pool, Service } from '../../pool/pool.ts';

/** What an application sees of a pool, of one worker or of several. */
export interface AnyPool extends Pick<
  Pool,
  | 'bidirectional'
  | 'broadcast'
  | 'datagram'
  | 'now'
  | 'rawBulkTransfer'
  | 'serve'
  | 'streamingRequest'
  | 'streamingResponse'
  | 'unaryRpc'
> {
  readonly causality: Pick<PoolCausality, 'pending' | 'waits'>;
  readonly events: Pick<PoolEvents, 'subscribe'>;
  close(): void;
}

/** A pool, and where it is. */
export interface Station {
  /** That of the present incarnation. */
  readonly pool: AnyPool;
  state(): EndpointState;
}

/** What the cases need of a world in which pools can talk: the simulator, real sockets, … */
export interface Bed {
  /** A new pool; `mayFail`: it will be cut off or crash. */
  open(service?: Handler | Service, options?: { mayFail?: boolean }): Promise<Station>;
  /** `from`'s id of `to`. */
  connect(from: Station, to: Station): Promise<PeerId>;
  /** Lets things happen until `done`; rejects if that does not come. */
  until(done: () => boolean): Promise<void>;
  /** Nothing goes to this station or comes from it until it is mended. */
  cut(station: Station): void;
  mend(station: Station): void;
  /** The process dies and is there again at once: with the same address and secrets, without any state. */
  crash(station: Station): Promise<void>;
}

export interface Case {
  /** What holds if it passes, with the requirements. */
  name: string;
  /** Of all endpoints. */
  options?: Partial<EndpointOptions>;
  /** It is a promise of each worker by itself. */
  ofOneWorker?: true;
  run(bed: Bed): Promise<void>;
}

/** For cases that wait for a peer that is gone: longer than a busy machine leaves a process alone. */
export const PATIENT: Partial<EndpointOptions> = { peerTimeoutNs: 1_200_000_000 };

/** A server, a client, and the client's id of the server. */
export async function pairOf(
  bed: Bed,
  service: Handler | Service | undefined,
  options?: { mayFail?: boolean },
): Promise<{ server: Station; client: Station; peer: PeerId }> {
  const server = await bed.open(service, options);
  const client = await bed.open();
  return { server, client, peer: await bed.connect(client, server) };
}

/** Nothing is left of any exchange. REQ BUF-9 */
export async function expectSettled(bed: Bed, stations: readonly Station[]): Promise<void> {
  const held = (): [string, number][] =>
    stations.flatMap((station) => {
      const ends = ([name, count]: [string, number]): boolean =>
        count !== 0 && !name.startsWith('peers') && name !== 'embryos';
      return Object.entries(station.state()).filter(ends);
    });
  await bed.until(() => held().length === 0).catch(() => {});
  expect(held(), 'what is left in the end').toEqual([]);
}

/** What `promise` is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const [result] = await Promise.allSettled([promise]);
  expect(result.status, 'it fails').toBe('rejected');
  return (result as PromiseRejectedResult).reason as Error & Record<string, unknown>;
}

export async function collect(messages: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  for await (const body of messages) bodies.push(body);
  return bodies;
}

/** A promise that is settled from outside. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
