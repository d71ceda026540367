import type { EndpointOptions } from '../../../protocol/endpoint/options.ts';
import type { Handler, Service } from '../../../protocol/pool/pool.ts';
import { RoutedPool } from '../../../protocol/router/routed-pool.ts';
import type { EndpointState } from '../../../protocol/telemetry/generated/counters.ts';
import type { AnyPool, Bed, Station } from '../../../protocol/test/conformance/bed.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { createPool } from '../../workers/create-pool.ts';
import type { WorkerPool } from '../../workers/worker-pool.ts';
import { Relay } from './relay.ts';

/** As it is built: threads have no loader of TypeScript. */
const entry = new URL('../../../dist/transports/workers/worker-main.js', import.meta.url);
/** Turns, of which each asks all workers how they are, after which something will never come. */
const TURNS_MAX = 20_000;

const portOf = (address: string): number => Number(address.split(':')[1]);

/** The pool of this thread: when it is closed its workers go on, as the endpoints of other beds do. */
function facade(workers: WorkerPool): AnyPool {
  const of = Object.create(workers) as WorkerPool & AnyPool;
  const methods = Object.getOwnPropertyNames(RoutedPool.prototype) as (keyof AnyPool)[];
  for (const name of methods) {
    const { value } = Object.getOwnPropertyDescriptor(RoutedPool.prototype, name) as PropertyDescriptor;
    const bound: unknown = typeof value === 'function' ? value.bind(workers) : undefined;
    if (bound !== undefined) Object.defineProperty(of, name, { value: bound });
  }
  Object.defineProperty(of, 'causality', { get: () => workers.causality });
  return of;
}

class WorkersStation implements Station {
  workers: WorkerPool;
  pool: AnyPool;
  /** In front of each worker of one that may fail. */
  readonly relays: readonly Relay[];
  /** When it was asked last: the sum of its workers. */
  last: EndpointState | undefined;

  constructor(workers: WorkerPool, relays: readonly Relay[]) {
    this.workers = workers;
    this.pool = facade(workers);
    this.relays = relays;
  }

  async look(): Promise<void> {
    const states = (await this.workers.stats()).flatMap((stats) => stats?.state ?? []);
    const [first] = states;
    if (first === undefined) return;
    const names = Object.keys(first) as (keyof EndpointState)[];
    const sums = names.map((name) => [name, states.reduce((sum, state) => sum + state[name], 0)]);
    this.last = Object.fromEntries(sums) as EndpointState;
  }

  state(): EndpointState {
    if (this.last === undefined) throw new Error('it was not asked yet');
    return this.last;
  }
}

/** Pools whose endpoints are in threads. */
export class WorkersBed implements Bed {
  readonly #secret: PresharedSecret = PresharedSecret.generate();
  readonly #stations: WorkersStation[] = [];
  readonly #options: Partial<EndpointOptions>;
  readonly #cores: number;

  constructor(options: Partial<EndpointOptions>, cores: number) {
    this.#options = options;
    this.#cores = cores;
  }

  readonly intact = (): WorkersStation[] =>
    this.#stations.filter(({ relays }) => relays.every(({ isCut }) => !isCut));

  #open(): Promise<WorkerPool> {
    const endpoint = this.#options;
    return createPool({ secret: this.#secret, bind: '127.0.0.1:0', cores: this.#cores, endpoint }, { entry });
  }

  async open(service?: Handler | Service, { mayFail = false } = {}): Promise<WorkersStation> {
    const workers = await this.#open();
    const relays = mayFail ? await Promise.all(workers.addresses.map((one) => Relay.to(portOf(one)))) : [];
    const station = new WorkersStation(workers, relays);
    this.#stations.push(station);
    if (service !== undefined) station.pool.serve(service);
    await station.look();
    return station;
  }

  connect(from: WorkersStation, { workers, relays }: WorkersStation): Promise<number> {
    return from.workers.connect(
      relays.length === 0 ? workers.addresses : relays.map(({ address }) => address),
    );
  }

  async until(done: () => boolean): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      await Promise.all(this.#stations.map((station) => station.look()));
      if (done()) return;
      if (turn === TURNS_MAX) throw new Error('it never came');
    }
  }

  cut({ relays }: WorkersStation): void {
    for (const relay of relays) relay.isCut = true;
  }

  mend({ relays }: WorkersStation): void {
    for (const relay of relays) relay.isCut = false;
  }

  async crash(station: WorkersStation): Promise<void> {
    this.cut(station);
    await station.workers.close();
    station.workers = await this.#open();
    station.pool = facade(station.workers);
    station.relays.forEach((relay, i) => (relay.port = portOf(station.workers.addresses[i] as string)));
    this.mend(station);
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#stations.flatMap(({ workers, relays }) => [workers.close(), ...relays.map((one) => one.close())]),
    );
  }
}
