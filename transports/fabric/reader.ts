import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import { READ_BYTES_MAX, ReadRequest } from '../../protocol/transfer/reads.ts';
import type { ReadEnded, ReadSource } from '../inline/port.ts';
import type { Pointer } from '../native/index.ts';
import { EAGAIN } from './abi.ts';
import type { Domain } from './domain.ts';
import type { FabricError } from './fabric-error.ts';
import type { PeerBook } from './peer-book.ts';
import type { Rdm } from './rdm.ts';
import { Slab } from './slab.ts';

const PIECES = 64;
/** A read that takes so long never ends, as with `shm` when its peer was killed: its piece is not used again before it does. */
const READ_NS_MAX: Nanos = 2_000_000_000;

/** A read that the provider has, or that waits for it. */
interface Reading {
  readonly read: number;
  readonly peer: number;
  readonly address: bigint;
  readonly key: bigint;
  readonly lengthBytes: Bytes;
  readonly sinceNs: Nanos;
  /** Nobody waits for it any more. */
  isGivenUp: boolean;
}

export interface ReaderCounters {
  readsDone: number;
  readBytes: number;
  readsFailed: number;
  /** Reads that the provider would not take yet, each time. */
  readsAgain: number;
}

/** Has the NIC read memory of peers into a slab. REQ EFA-4, EFA-7, EFA-8 */
export class FabricReader {
  readonly counters: ReaderCounters = { readsDone: 0, readBytes: 0, readsFailed: 0, readsAgain: 0 };
  /** What went wrong last. */
  lastError: FabricError | undefined;
  readonly #slab: Slab;
  readonly #rdm: Rdm;
  readonly #book: PeerBook;
  readonly #ended: ReadEnded;
  readonly #now: () => Nanos;
  /** When to look for reads that do not end. */
  #lookAt: Nanos;
  readonly #request = new ReadRequest();
  readonly #reading: (Reading | undefined)[] = [];
  #givenUp = 0;
  /** Pieces whose read the provider would not take yet. */
  #waiting: number[] = [];
  /** Reads that failed at once; told from the event loop. */
  readonly #failed: number[] = [];

  constructor(domain: Domain, rdm: Rdm, book: PeerBook, now: () => Nanos, ended: ReadEnded) {
    this.#slab = new Slab(domain, PIECES, READ_BYTES_MAX);
    this.#rdm = rdm;
    this.#book = book;
    this.#ended = ended;
    this.#now = now;
    this.#lookAt = now() + READ_NS_MAX;
  }

  /** Reads that are awaited. */
  get underway(): number {
    return this.#slab.count - this.#slab.free - this.#givenUp;
  }

  /** Takes reads as far as there is room. */
  begin(reads: ReadSource): void {
    const request = this.#request;
    while (this.#slab.free > 0 && reads.poll(request)) {
      const piece = this.#slab.take();
      const { read, lengthBytes, peer } = request;
      this.#reading[piece] = {
        read,
        lengthBytes,
        peer: this.#book.numberOf(peer),
        address: (BigInt(request.addressHi) << 32n) | BigInt(request.addressLo),
        key: (BigInt(request.keyHi) << 32n) | BigInt(request.keyLo),
        sinceNs: this.#now(),
        isGivenUp: false,
      };
      this.#post(piece);
    }
  }

  /** Tries again what waits, and tells what failed. */
  retry(): void {
    for (const piece of this.#failed.splice(0)) this.#end(piece, false);
    if (this.#now() >= this.#lookAt) this.#giveUpOld();
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const piece of waiting) {
      if (this.#reading[piece]?.isGivenUp === true) this.#end(piece, false);
      else this.#post(piece);
    }
  }

  #giveUpOld(): void {
    const now = this.#now();
    this.#lookAt = now + READ_NS_MAX / 4;
    for (const reading of this.#reading) {
      if (reading === undefined || reading.isGivenUp || now - reading.sinceNs < READ_NS_MAX) continue;
      reading.isGivenUp = true;
      this.#givenUp += 1;
      this.counters.readsFailed += 1;
      this.#ended(reading.read, undefined, 0);
    }
  }

  #post(piece: number): void {
    const reading = this.#reading[piece] as Reading;
    const { lengthBytes, peer, address, key } = reading;
    const slab = this.#slab;
    const result =
      peer < 0 ? -1 : this.#rdm.read(slab.place(piece), lengthBytes, peer, address, key, slab.context(piece));
    if (result === -EAGAIN) {
      this.counters.readsAgain += 1;
      this.#waiting.push(piece);
    } else if (result < 0) this.#failed.push(piece);
  }

  /** Whether the operation was a read. */
  onDone(context: Pointer): boolean {
    const piece = this.#slab.pieceOf(context);
    if (piece < 0) return false;
    this.#end(piece, true);
    return true;
  }

  onFailed(context: Pointer, error: FabricError): boolean {
    const piece = this.#slab.pieceOf(context);
    if (piece < 0) return false;
    this.lastError = error;
    this.#end(piece, false);
    return true;
  }

  #end(piece: number, isDone: boolean): void {
    const { read, lengthBytes, isGivenUp } = this.#reading[piece] as Reading;
    this.#reading[piece] = undefined;
    const { counters } = this;
    if (isGivenUp) {
      this.#givenUp -= 1;
      this.#slab.give(piece);
      return;
    }
    if (isDone) {
      counters.readsDone += 1;
      counters.readBytes += lengthBytes;
      this.#ended(read, this.#slab.bytes, this.#slab.start(piece));
    } else {
      counters.readsFailed += 1;
      this.#ended(read, undefined, 0);
    }
    this.#slab.give(piece);
  }

  close(): void {
    this.#slab.close();
  }
}
