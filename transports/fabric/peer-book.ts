import type { Address } from '../../protocol/core/address.ts';
import { nameOfAddress } from './name.ts';

/** Peers in the address vector at once; beyond it the one that was entered first leaves. Strangers can have it filled. */
const PEERS_MAX = 16_384;

/** The address vector, as far as the book uses it. */
export interface AddressVector {
  insert(name: Uint8Array): number;
  remove(peer: number): void;
}

/** The numbers by which libfabric knows peers that were sent something. */
export class PeerBook {
  readonly #vector: AddressVector;
  readonly #format: number;
  readonly #peersMax: number;
  readonly #numbers = new Map<Address, number>();

  constructor(vector: AddressVector, format: number, peersMax: number = PEERS_MAX) {
    this.#vector = vector;
    this.#format = format;
    this.#peersMax = peersMax;
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** -1: its address is no name. */
  numberOf(address: Address): number {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    let name: Uint8Array;
    try {
      name = nameOfAddress(this.#format, address);
    } catch {
      return -1;
    }
    const number = this.#vector.insert(name);
    if (number < 0) return -1;
    if (this.#numbers.size === this.#peersMax) this.#forgetFirst();
    this.#numbers.set(address, number);
    return number;
  }

  #forgetFirst(): void {
    for (const [address, number] of this.#numbers) {
      this.#numbers.delete(address);
      this.#vector.remove(number);
      return;
    }
  }
}
