import type { EndpointOptions } from '../../../protocol/endpoint/options.ts';
import type { Handler, Pool, Service } from '../../../protocol/pool/pool.ts';
import type { Bed, Station } from '../../../protocol/test/conformance/bed.ts';
import { PresharedSecret } from '../../psk/preshared-secret.ts';
import { createUdpPool, type UdpPool } from '../../udp/pool.ts';
import type { UdpVariant } from '../support/udp-variants.ts';
import { Relay } from './relay.ts';

/** Turns of the event loop after which something will never come; the timeouts of the endpoints are shorter in practice. */
const TURNS_MAX = 2_000_000;

const portOf = ({ address }: UdpPool): number => Number(address.split(':')[1]);

class UdpStation implements Station {
  udp: UdpPool;
  /** In front of one that may fail. */
  readonly relay: Relay | undefined;

  constructor(udp: UdpPool, relay: Relay | undefined) {
    this.udp = udp;
    this.relay = relay;
  }

  get pool(): Pool {
    return this.udp.pool;
  }

  state(): ReturnType<Station['state']> {
    return this.udp.stats().state;
  }
}

/** Pools on sockets of this machine. */
export class UdpBed implements Bed {
  readonly #secret: PresharedSecret = PresharedSecret.generate();
  readonly #stations: UdpStation[] = [];
  readonly #options: Partial<EndpointOptions>;
  readonly #variant: UdpVariant;

  constructor(options: Partial<EndpointOptions>, variant: UdpVariant) {
    this.#options = options;
    this.#variant = variant;
  }

  /** Those that are there and can be reached. */
  readonly intact = (): UdpStation[] => this.#stations.filter(({ relay }) => relay?.isCut !== true);

  #udp(): Promise<UdpPool> {
    return createUdpPool({
      secret: this.#secret,
      bind: '127.0.0.1:0',
      endpoint: this.#options,
      ...this.#variant,
    });
  }

  async open(service?: Handler | Service, { mayFail = false } = {}): Promise<UdpStation> {
    const udp = await this.#udp();
    const station = new UdpStation(udp, mayFail ? await Relay.to(portOf(udp)) : undefined);
    this.#stations.push(station);
    if (service !== undefined) station.pool.serve(service);
    return station;
  }

  connect(from: UdpStation, { udp, relay }: UdpStation): Promise<number> {
    return from.udp.connect((relay ?? udp).address);
  }

  async until(done: () => boolean): Promise<void> {
    for (let turn = 0; !done(); turn += 1) {
      if (turn === TURNS_MAX) throw new Error('it never came');
      await new Promise(setImmediate);
    }
  }

  cut({ relay }: UdpStation): void {
    (relay as Relay).isCut = true;
  }

  mend({ relay }: UdpStation): void {
    (relay as Relay).isCut = false;
  }

  async crash(station: UdpStation): Promise<void> {
    this.cut(station);
    await station.udp.close();
    station.udp = await this.#udp();
    (station.relay as Relay).port = portOf(station.udp);
    this.mend(station);
  }

  async close(): Promise<void> {
    await Promise.all(this.#stations.flatMap(({ udp, relay }) => [udp.close(), relay?.close()]));
  }
}
