import { assert } from '../kernel/assert.ts';
import { PacketWord } from './packet-fields.ts';
import type { PacketPool } from './packet-pool.ts';

const LISTS_INITIAL = 64;
const NONE = -1;

/**
 * The first-in-first-out lists of one network: what waits at each port, what is on each line. Packets, named by their
 * index, are in one list at most and are the links themselves, so a list is two integers and has no bound of its own.
 */
export class PacketLists {
  readonly #packets: PacketPool;
  /** First and last packet of each list; NONE and anything if it is empty. */
  #ends = new Int32Array(2 * LISTS_INITIAL).fill(NONE);
  #count = 0;

  constructor(packets: PacketPool) {
    this.#packets = packets;
  }

  /** `count` empty lists with consecutive numbers; returns the first. */
  add(count: number): number {
    const first = this.#count;
    this.#count += count;
    if (2 * this.#count > this.#ends.length) {
      const ends = new Int32Array(4 * this.#count).fill(NONE);
      ends.set(this.#ends);
      this.#ends = ends;
    }
    return first;
  }

  isEmpty(list: number): boolean {
    return this.#ends[2 * list] === NONE;
  }

  /** The oldest packet of a list that is not empty. */
  first(list: number): number {
    return this.#ends[2 * list] as number;
  }

  push(list: number, packet: number): void {
    const at = 2 * list;
    if (this.#ends[at] === NONE) this.#ends[at] = packet;
    else this.#packets.words[16 * (this.#ends[at + 1] as number) + PacketWord.NEXT] = packet;
    this.#ends[at + 1] = packet;
  }

  /** Removes the oldest packet of a list that is not empty. */
  shift(list: number): number {
    const at = 2 * list;
    const packet = this.#ends[at] as number;
    assert(packet !== NONE, 'shift from an empty list');
    this.#ends[at] = packet === this.#ends[at + 1] ? NONE : this.#nextOf(packet);
    return packet;
  }

  /** The whole list, oldest first. */
  toArray(list: number): number[] {
    const packets: number[] = [];
    if (this.isEmpty(list)) return packets;
    const last = this.#ends[2 * list + 1] as number;
    let packet = this.first(list);
    for (; packet !== last; packet = this.#nextOf(packet)) packets.push(packet);
    return [...packets, last];
  }

  /** Replaces what a list holds. */
  refill(list: number, packets: readonly number[]): void {
    this.#ends[2 * list] = NONE;
    for (const packet of packets) this.push(list, packet);
  }

  #nextOf(packet: number): number {
    return this.#packets.words[16 * packet + PacketWord.NEXT] as number;
  }
}
