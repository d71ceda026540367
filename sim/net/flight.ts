import { assert } from '../kernel/assert.ts';
import type { Fabric } from './fabric.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import type { EventHandler } from '../kernel/kernel.ts';

const CAPACITY_INITIAL = 16;

/**
 * What is on one wire. Packets arrive in the order of departure, so the kernel's queue holds the first arrival of each wire
 * and not one entry per packet: it stays as small as the topology, however much is in flight.
 */
export class Flight implements EventHandler {
  readonly #fabric: Fabric;
  readonly #far: EventHandler;
  // A ring, in parallel arrays. Bounded by PACKETS_MAX, since each entry is a packet in use.
  #arrivalsNs = new Float64Array(CAPACITY_INITIAL);
  #packets = new Int32Array(CAPACITY_INITIAL);
  #head = 0;
  #length = 0;
  #lastNs: Nanos = 0;

  constructor(fabric: Fabric, far: EventHandler) {
    this.#fabric = fabric;
    this.#far = far;
  }

  /** Calls `far.onEvent(packet, 0)` at `arrivalNs`. */
  launch(packet: number, arrivalNs: Nanos): void {
    assert(arrivalNs >= this.#lastNs, 'packets arrive in the order of their departure');
    if (this.#length === 0) this.#fabric.kernel.schedule(arrivalNs, this);
    if (this.#length === this.#packets.length) this.#grow();
    const at = (this.#head + this.#length) & (this.#packets.length - 1);
    this.#arrivalsNs[at] = arrivalNs;
    this.#packets[at] = packet;
    this.#length++;
    this.#lastNs = arrivalNs;
  }

  /** The same for a packet that others overtake. */
  launchApart(packet: number, arrivalNs: Nanos): void {
    this.#fabric.kernel.schedule(arrivalNs, this.#far, packet);
  }

  /** The first packet arrives. */
  onEvent(): void {
    const packet = this.#packets[this.#head] as number;
    this.#head = (this.#head + 1) & (this.#packets.length - 1);
    this.#length--;
    if (this.#length > 0) this.#fabric.kernel.schedule(this.#arrivalsNs[this.#head] as number, this);
    this.#far.onEvent(packet, 0);
  }

  #grow(): void {
    const mask = this.#packets.length - 1;
    const arrivalsNs = new Float64Array(2 * this.#packets.length);
    const packets = new Int32Array(2 * this.#packets.length);
    for (let i = 0; i < this.#length; i++) {
      arrivalsNs[i] = this.#arrivalsNs[(this.#head + i) & mask] as number;
      packets[i] = this.#packets[(this.#head + i) & mask] as number;
    }
    this.#arrivalsNs = arrivalsNs;
    this.#packets = packets;
    this.#head = 0;
  }
}
