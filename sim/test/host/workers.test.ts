import { describe, expect, test } from 'vitest';
import { SimCrypto } from '../../crypto/sim-crypto.ts';
import { laneSecret, laneStart } from '../../../protocol/router/lanes.ts';
import type { RoutedPool } from '../../../protocol/router/routed-pool.ts';
import { World } from '../../host/index.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { FaultTimeline, starNetwork } from '../../net/index.ts';
import type { Network } from '../../net/index.ts';
import { Rng } from '../../random/rng.ts';
import { Trace } from '../../trace/trace.ts';

const WORKERS = 6;

class Hosts {
  readonly kernel: Kernel = new Kernel();
  readonly network: Network;
  readonly world: World;
  readonly faults: FaultTimeline;

  constructor() {
    const { kernel } = this;
    const rng = new Rng(7);
    const link = { rateBps: 10_000_000_000, delayNs: 1000, mtuBytes: 1500 };
    this.network = starNetwork(
      { kernel, rng: rng.fork('network'), trace: new Trace() },
      { hosts: 2, nics: 2, link, switch: { bufferBytes: Infinity } },
    );
    this.faults = new FaultTimeline(this.network.fabric);
    const options = { rateBps: link.rateBps, initialRttNs: 10_000, ackDelayNs: 5000, lossDelayMinNs: 0 };
    this.world = new World({
      kernel,
      network: this.network,
      rng: rng.fork('world'),
      crypto: new SimCrypto(),
      options,
      workers: WORKERS,
    });
  }

  pool(host: number): RoutedPool {
    return this.world.host(host).routed!;
  }

  run<T>(body: () => Promise<T>): Promise<T> {
    const { kernel } = this;
    return new Promise((resolve, reject) => {
      const done = body();
      done.then(
        (value) => {
          kernel.stop('done');
          resolve(value);
        },
        (error: Error) => reject(error),
      );
      kernel.touchPromise();
      kernel.run(1_000_000_000).catch(reject);
    });
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (what: string): Uint8Array => new TextEncoder().encode(what);

describe('calls of one host to another over the lanes of all workers', () => {
  test('go to all of them, are handled once each, and those that wait for others come after them, also while a NIC fails. REQ ROUTE-3, ROUTE-6', async () => {
    const hosts = new Hosts();
    const { world } = hosts;
    const handled: string[] = [];
    const workers = new Set<number>();
    world.host(1).serve((request, worker) => {
      handled.push(text(request.body));
      workers.add(worker);
      return request.body;
    });
    const peer = world.peer(0, 1);
    hosts.faults.add({ kind: 'nic-down', atNs: 100_000, forNs: 300_000, on: [hosts.network.link(0, 1)] });
    const chains = 40;
    const length = 25;
    await hosts.run(async () => {
      const pool = hosts.pool(0);
      const all: Promise<unknown>[] = [];
      for (let chain = 0; chain < chains; chain++) {
        let last: ReturnType<RoutedPool['unaryRpc']> | undefined;
        for (let i = 0; i < length; i++) {
          const body = bytes(`${chain}:${i}`.padEnd(2000, ' '));
          last = pool.unaryRpc(peer, body, last === undefined ? {} : { after: [{ call: last }] });
          all.push(last);
        }
      }
      await Promise.all(all);
    });
    expect(handled).toHaveLength(chains * length);
    const next = new Map<number, number>();
    for (const one of handled) {
      const [chain = 0, i = 0] = one.split(':').map(Number);
      expect(i, `in chain ${chain}`).toBe(next.get(chain) ?? 0);
      next.set(chain, i + 1);
    }
    expect(workers.size).toBe(WORKERS);
    expect(world.host(0).nicStatus?.[1]?.downs).toBe(1);
    const { counters, loads } = hosts.pool(0);
    expect(counters).toMatchObject({ routed: chains * length, lanesOpened: WORKERS });
    expect(loads.every(({ calls, bytes: left }) => calls === 0 && left === 0)).toBe(true);
  });

  test('a bulk transfer and a streamed request go over a lane, too, and errors of callers keep no load', async () => {
    const hosts = new Hosts();
    const { world } = hosts;
    world.host(1).serve((request) => bytes(`${request.body.length}`));
    const peer = world.peer(0, 1);
    const pool = hosts.pool(0);
    const { body } = await hosts.run(() => pool.rawBulkTransfer(peer, new Uint8Array(300_000)));
    expect(text(body)).toBe('300000');
    expect(() =>
      pool.call(peer, bytes('x'), { priority: 9 }, { onResponse: () => {}, onFailure: () => {} }),
    ).toThrow('priority');
    expect(pool.loads.every(({ calls }) => calls === 0)).toBe(true);
    expect(pool.isBusy()).toBe(false);
    pool.close();
  });
});

describe('lanes. MUST LANE-2', () => {
  test('each has a credential and a secret of its own, and a packet of one is nothing to the endpoint of another', async () => {
    const crypto = new SimCrypto();
    const path = { credential: new Uint8Array(16), secret: new Uint8Array(32).fill(3) };
    const secrets = [0, 1, 2, 3].flatMap((client) =>
      [0, 1, 2, 3].map((server) => laneSecret(crypto, path, { client, server })),
    );
    expect(new Set(secrets.map(({ credential }) => String(credential))).size).toBe(16);
    expect(new Set(secrets.map(({ secret }) => String(secret))).size).toBe(16);
    expect(laneStart(crypto, path)).toBe(laneStart(crypto, { ...path }));

    const hosts = new Hosts();
    const { world } = hosts;
    world.host(1).serve((request) => request.body);
    const peer = world.peer(0, 1);
    // What is sent to any worker is shown to the next one as well.
    let replayed = 0;
    const host = world.host(1);
    host.tap = {
      sent: () => {},
      received: (_host, packet) => {
        const worker = packet.destination % 65_536;
        const other = host.workers[(worker + 1) % WORKERS]!;
        other.endpoint.handleDatagram(hosts.kernel.now, packet.source, packet.datagram().slice());
        other.drain();
        replayed += 1;
      },
    };
    const served: number[] = [];
    host.serve((request, worker) => {
      served.push(worker);
      return request.body;
    });
    await hosts.run(() => hosts.pool(0).unaryRpc(peer, bytes('once')));
    expect(replayed).toBeGreaterThan(0);
    expect(served).toHaveLength(1);
    const { refusedUnknown, refusedMalformed } = host.counters();
    expect(refusedUnknown + refusedMalformed).toBeGreaterThan(0);
  });
});
