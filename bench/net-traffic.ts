import type { Kernel } from '../sim/kernel/kernel.ts';
import type { Network } from '../sim/net/network.ts';
import type { HostPort, Nic } from '../sim/net/nic.ts';
import type { Packet } from '../sim/net/packet.ts';

export const DATAGRAM_BYTES = 1472;

/** Sends full-size packets to one of its destinations at random, their bytes untouched. */
abstract class Sender implements HostPort {
  protected readonly nic: Nic;
  readonly #destinations: readonly number[];
  #state: number;

  constructor(nic: Nic, destinations: readonly number[]) {
    this.nic = nic;
    this.#destinations = destinations;
    this.#state = nic.host * 7919 + 1;
    nic.bind(this);
  }

  onPacket(packet: Packet): void {
    packet.release();
  }

  abstract onTransmitRoom(): void;

  protected send(): void {
    const packet = this.nic.take();
    packet.lengthBytes = DATAGRAM_BYTES;
    const draw = this.draw();
    packet.destination = this.#destinations[draw % this.#destinations.length] as number;
    packet.priority = draw & 7;
    this.nic.send(packet);
  }

  /** 24 bits. */
  protected draw(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 8;
  }
}

/** As fast as the NIC takes them. */
export class Blaster extends Sender {
  override onTransmitRoom(): void {
    while (this.nic.hasRoom(DATAGRAM_BYTES)) this.send();
    this.nic.requestRoom();
  }
}

/** One every `gapNs` on average. */
export class Steady extends Sender {
  readonly #kernel: Kernel;
  readonly #gapNs: number;

  constructor(kernel: Kernel, nic: Nic, destinations: readonly number[], gapNs: number) {
    super(nic, destinations);
    this.#kernel = kernel;
    this.#gapNs = gapNs;
    kernel.schedule(kernel.now + (this.draw() % gapNs), this);
  }

  onEvent(): void {
    this.send();
    const { now } = this.#kernel;
    this.#kernel.schedule(now + 1 + (this.draw() % (2 * this.#gapNs)), this);
  }

  override onTransmitRoom(): void {
    // Never asked for: the load is below the rate of the line.
  }
}

/** Addresses of the hosts `to`. */
export function addressesOf(network: Network, to: readonly number[]): number[] {
  return to.map((host) => network.nic(host).address);
}

/** All hosts but one. */
export function others(index: number, hosts: number): number[] {
  return Array.from({ length: hosts }, (_, i) => i).filter((i) => i !== index);
}
