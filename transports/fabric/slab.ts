import { assert } from '../../protocol/core/assert.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { Pointer } from '../native/index.ts';
import { CONTEXT_BYTES } from './abi.ts';
import type { Domain, Registration } from './domain.ts';
import type { Place } from './rdm.ts';

/** Equal pieces of memory that the NIC may use, each with a context for the operation on it; bounded, reused, counted. REQ BUF-3, BUF-6, EFA-3 */
export class Slab {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly pieceBytes: Bytes;
  readonly #places: Place[] = [];
  readonly #free: number[] = [];
  readonly #contexts: Uint8Array;
  readonly #contextsAt: Pointer;
  readonly #registration: Registration | undefined;

  constructor(domain: Domain, count: number, pieceBytes: Bytes) {
    const { ffi } = domain.library;
    this.count = count;
    this.pieceBytes = pieceBytes;
    this.bytes = new Uint8Array(count * pieceBytes);
    this.#contexts = new Uint8Array(count * CONTEXT_BYTES);
    this.#contextsAt = ffi.addressOf(this.#contexts);
    this.#registration = domain.registerLocal(this.bytes);
    const at = ffi.addressOf(this.bytes);
    const descriptor = this.#registration?.descriptor ?? 0;
    for (let i = 0; i < count; i += 1) {
      this.#places.push({ at: at + i * pieceBytes, descriptor });
      this.#free.push(count - 1 - i);
    }
  }

  /** Pieces that nobody has taken. */
  get free(): number {
    return this.#free.length;
  }

  /** -1: there is none. */
  take(): number {
    return this.#free.pop() ?? -1;
  }

  give(piece: number): void {
    assert(this.#free.length < this.count, 'a piece was given back twice');
    this.#free.push(piece);
  }

  place(piece: number): Place {
    return this.#places[piece] as Place;
  }

  /** Where it begins in `bytes`. */
  start(piece: number): number {
    return piece * this.pieceBytes;
  }

  context(piece: number): Pointer {
    return this.#contextsAt + piece * CONTEXT_BYTES;
  }

  /** The piece that a context belongs to; -1: to none of these. */
  pieceOf(context: Pointer): number {
    const piece = (context - this.#contextsAt) / CONTEXT_BYTES;
    return Number.isInteger(piece) && piece >= 0 && piece < this.count ? piece : -1;
  }

  close(): void {
    this.#registration?.close();
  }
}
