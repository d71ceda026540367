import { assert } from '../kernel/assert.ts';
import type { Packet } from './packet.ts';

const CAPACITY_INITIAL = 8;

/** First-in-first-out ring of packets; doubles when full, up to `packetsMax`. */
export class PacketRing {
  readonly #packetsMax: number;
  #slots: (Packet | undefined)[] = [];
  #head = 0;
  #length = 0;

  constructor(packetsMax: number) {
    this.#packetsMax = packetsMax;
  }

  get length(): number {
    return this.#length;
  }

  push(packet: Packet): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = packet;
    this.#length++;
  }

  /** The oldest packet; the ring must not be empty. */
  shift(): Packet {
    assert(this.#length > 0, 'shift from an empty ring');
    const packet = this.#slots[this.#head] as Packet;
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return packet;
  }

  #grow(): void {
    assert(this.#length < this.#packetsMax, 'a queue holds no more packets than its buffer has room for');
    const slots: (Packet | undefined)[] = [];
    const capacity = Math.max(CAPACITY_INITIAL, 2 * this.#slots.length);
    for (let i = 0; i < capacity; i++) {
      slots.push(i < this.#length ? this.#slots[(this.#head + i) & (this.#slots.length - 1)] : undefined);
    }
    this.#slots = slots;
    this.#head = 0;
  }
}
