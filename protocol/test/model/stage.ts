import type { EndpointOptions } from '../../endpoint/options.ts';
import type { Pool, Service } from '../../pool/pool.ts';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { World } from '../../../sim/host/world.ts';
import { Kernel } from '../../../sim/kernel/kernel.ts';
import { FaultTimeline, starNetwork } from '../../../sim/net/index.ts';
import type { FaultSpec, Network } from '../../../sim/net/index.ts';
import { Rng } from '../../../sim/random/rng.ts';
import { Trace } from '../../../sim/trace/trace.ts';

/** Quick timers, so that a sequence with faults ends after little virtual time. */
export const STAGE_OPTIONS = {
  mtuBytes: 1500,
  rateBps: 10_000_000_000,
  initialRttNs: 10_000,
  ackDelayNs: 5000,
  lossDelayMinNs: 10_000,
  peerTimeoutNs: 20_000_000,
} satisfies Partial<EndpointOptions>;

/** Hosts with the promise API on a simulated star, and time that passes when it is told to. */
export class Stage {
  // Without guards of entropy: they cost a third of a short run.
  readonly kernel: Kernel = new Kernel({ guards: false });
  readonly network: Network;
  readonly world: World;
  readonly crypto: SimCrypto = new SimCrypto();
  readonly size: number;
  private readonly faults: FaultTimeline;
  private readonly serviceOf: (host: number) => Service;

  /** `serviceOf` is asked anew for each incarnation of a host. */
  constructor(size: number, options: Partial<EndpointOptions>, serviceOf: (host: number) => Service) {
    const { kernel } = this;
    const rng = new Rng(1);
    const link = { rateBps: 10_000_000_000, delayNs: 2000, mtuBytes: 1500 };
    this.size = size;
    this.network = starNetwork(
      { kernel, rng: rng.fork('network'), trace: new Trace() },
      { hosts: size, link, switch: { bufferBytes: Infinity }, host: { processingNs: 500 } },
    );
    this.world = new World({
      kernel,
      network: this.network,
      rng: rng.fork('world'),
      crypto: this.crypto,
      options: { ...STAGE_OPTIONS, ...options },
    });
    this.faults = new FaultTimeline(this.network.fabric);
    this.serviceOf = serviceOf;
    for (let host = 0; host < size; host += 1) this.pool(host).serve(serviceOf(host));
    for (let a = 0; a < size; a += 1) for (let b = a + 1; b < size; b += 1) this.world.peer(a, b);
  }

  get now(): number {
    return this.kernel.now;
  }

  pool(host: number): Pool {
    return this.world.host(host).pool;
  }

  incarnation(host: number): number {
    return this.world.host(host).incarnation;
  }

  isUp(host: number): boolean {
    return this.world.host(host).state.isUp;
  }

  /** `act` as an event at this instant, with all that follows of it at this instant. */
  async act(act: () => void): Promise<void> {
    this.soon(act);
    await this.kernel.run(this.now);
  }

  /** `act` as an event of its own, after all that is due at this instant. */
  soon(act: () => void): void {
    const onEvent = (): void => {
      this.kernel.touchPromise();
      act();
    };
    this.kernel.schedule(this.now, { onEvent });
  }

  async advance(ns: number): Promise<void> {
    // So that time passes also when nothing is left to happen.
    this.kernel.schedule(this.now + ns, { onEvent: () => {} });
    await this.kernel.run(this.now + ns);
  }

  crash(host: number): void {
    if (this.isUp(host)) this.world.host(host).crash(true);
  }

  restart(host: number): void {
    if (this.isUp(host)) return;
    this.world.host(host).restart();
    this.pool(host).serve(this.serviceOf(host));
  }

  /** Begins a fault at once; it lasts until `end` of the number that is returned. */
  begin(fault: (atNs: number) => FaultSpec): number {
    return this.faults.add(fault(this.now));
  }

  end(fault: number): void {
    this.faults.end(fault);
  }
}
