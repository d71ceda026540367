import type { EndpointOptions } from '../../../protocol/endpoint/options.ts';
import type { Handler, Pool, Service } from '../../../protocol/pool/pool.ts';
import type { Bed, Station } from '../../../protocol/test/conformance/bed.ts';
import { createFabricPool, type FabricPool } from '../../fabric/index.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { bindOf } from '../support/fabric-providers.ts';
import { FabricRelay } from './fabric-relay.ts';

/** Turns of the event loop after which something will never come; the timeouts of the endpoints are shorter in practice. */
const TURNS_MAX = 2_000_000;

class FabricStation implements Station {
  fabric: FabricPool;
  /** In front of one that may fail. */
  readonly relay: FabricRelay | undefined;

  constructor(fabric: FabricPool, relay: FabricRelay | undefined) {
    this.fabric = fabric;
    this.relay = relay;
  }

  get pool(): Pool {
    return this.fabric.pool;
  }

  state(): ReturnType<Station['state']> {
    return this.fabric.stats().state;
  }
}

/** Pools over libfabric on this machine. */
export class FabricBed implements Bed {
  readonly #secret: PresharedSecret = PresharedSecret.generate();
  readonly #stations: FabricStation[] = [];
  readonly #options: Partial<EndpointOptions>;
  readonly #provider: string;

  constructor(options: Partial<EndpointOptions>, provider: string) {
    this.#options = options;
    this.#provider = provider;
  }

  /** Those that are there and can be reached. */
  readonly intact = (): FabricStation[] => this.#stations.filter(({ relay }) => relay?.isCut !== true);

  #fabric(): Promise<FabricPool> {
    const provider = this.#provider;
    const common = { secret: this.#secret, endpoint: this.#options, fallback: false } as const;
    return createFabricPool({ ...common, provider, ...bindOf(provider) });
  }

  async open(service?: Handler | Service, { mayFail = false } = {}): Promise<FabricStation> {
    const fabric = await this.#fabric();
    const relay = mayFail ? new FabricRelay(this.#provider, fabric.address) : undefined;
    const station = new FabricStation(fabric, relay);
    this.#stations.push(station);
    if (service !== undefined) station.pool.serve(service);
    return station;
  }

  async connect(from: FabricStation, { fabric, relay }: FabricStation): Promise<number> {
    await relay?.ready(from.fabric.address);
    return from.fabric.connect(relay?.front ?? fabric.address);
  }

  async until(done: () => boolean): Promise<void> {
    for (let turn = 0; !done(); turn += 1) {
      if (turn === TURNS_MAX) throw new Error('it never came');
      await new Promise(setImmediate);
    }
  }

  cut({ relay }: FabricStation): void {
    (relay as FabricRelay).isCut = true;
  }

  mend({ relay }: FabricStation): void {
    (relay as FabricRelay).isCut = false;
  }

  async crash(station: FabricStation): Promise<void> {
    this.cut(station);
    await station.fabric.close();
    station.fabric = await this.#fabric();
    (station.relay as FabricRelay).address = station.fabric.address;
    this.mend(station);
  }

  async close(): Promise<void> {
    await Promise.all(this.#stations.flatMap(({ fabric, relay }) => [fabric.close(), relay?.close()]));
  }
}
