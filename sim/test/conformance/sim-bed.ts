import type { EndpointOptions } from '../../../protocol/endpoint/options.ts';
import type { Handler, Service } from '../../../protocol/pool/pool.ts';
import type { Bed, Station } from '../../../protocol/test/conformance/bed.ts';
import { SimCrypto } from '../../crypto/sim-crypto.ts';
import { World } from '../../host/index.ts';
import type { SimHost } from '../../host/index.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { FaultTimeline, starNetwork } from '../../net/index.ts';
import type { Network } from '../../net/index.ts';
import { Rng } from '../../random/rng.ts';
import { Trace } from '../../trace/trace.ts';

const HOSTS = 16;
/** Its switch has one queue per port: who is first is decided by endpoints. */
const LINK = { rateBps: 10_000_000_000, delayNs: 2000, mtuBytes: 1500 };
/** When `until` looks: soon at first, and for so long. */
const LOOK_NS = 20_000;
const WAIT_NS_MAX = 20_000_000_000;

class SimStation implements Station {
  readonly host: SimHost;
  readonly index: number;
  /** The fault that cuts it off. */
  fault = -1;

  constructor(host: SimHost, index: number) {
    this.host = host;
    this.index = index;
  }

  get pool(): SimHost['pool'] {
    return this.host.pool;
  }

  state(): ReturnType<Station['state']> {
    return this.host.endpoint.state;
  }
}

/** A star of hosts in virtual time. */
export class SimBed implements Bed {
  readonly kernel: Kernel = new Kernel();
  readonly stations: SimStation[] = [];
  private readonly network: Network;
  private readonly faults: FaultTimeline;
  private readonly world: World;

  constructor(options: Partial<EndpointOptions>) {
    const { kernel } = this;
    const rng = new Rng(1);
    this.network = starNetwork(
      { kernel, rng, trace: new Trace() },
      { hosts: HOSTS, link: LINK, switch: { bufferBytes: 1_000_000_000, priorities: 1 } },
    );
    this.faults = new FaultTimeline(this.network.fabric);
    this.world = new World({
      kernel,
      network: this.network,
      rng: rng.fork('world'),
      crypto: new SimCrypto(),
      options: {
        rateBps: LINK.rateBps,
        initialRttNs: 20_000,
        ackDelayNs: 10_000,
        lossDelayMinNs: 0,
        ...options,
      },
    });
  }

  /** Those that are there and can be reached. */
  readonly intact = (): SimStation[] => this.stations.filter(({ fault }) => fault < 0);

  async open(service?: Handler | Service): Promise<SimStation> {
    const index = this.stations.length;
    const station = new SimStation(this.world.host(index), index);
    this.stations.push(station);
    if (service !== undefined) station.pool.serve(service);
    return station;
  }

  async connect(from: SimStation, to: SimStation): Promise<number> {
    return this.world.peer(from.index, to.index);
  }

  until(done: () => boolean): Promise<void> {
    const { kernel } = this;
    const begunAt = kernel.now;
    return new Promise((resolve, reject) => {
      const onEvent = (): void => {
        const waitedNs = kernel.now - begunAt;
        if (!done() && waitedNs < WAIT_NS_MAX) {
          kernel.post(kernel.now + LOOK_NS + Math.floor(waitedNs / 100), { onEvent });
          return;
        }
        kernel.touchPromise();
        if (done()) resolve();
        else reject(new Error('it never came'));
      };
      kernel.post(kernel.now, { onEvent });
    });
  }

  cut(station: SimStation): void {
    const others = this.network.hosts.filter(({ index }) => index !== station.index);
    station.fault = this.faults.add({
      kind: 'partition',
      between: [[this.network.host(station.index)], others],
      direction: 'both',
      atNs: this.kernel.now,
    });
  }

  mend(station: SimStation): void {
    this.faults.end(station.fault);
    station.fault = -1;
  }

  async crash({ host }: SimStation): Promise<void> {
    host.crash(true);
    host.restart();
  }
}
