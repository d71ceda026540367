import type { Address } from '../../protocol/core/address.ts';
import type { Bytes, Nanos } from '../../protocol/core/units.ts';
import type { SentCallback } from '../inline/port.ts';
import type { Pointer } from '../native/index.ts';
import { EAGAIN } from './abi.ts';
import type { Domain } from './domain.ts';
import { errorName } from './fabric-error.ts';
import type { FabricError } from './fabric-error.ts';
import { GREETING } from './name.ts';
import type { PeerBook } from './peer-book.ts';
import type { Rdm } from './rdm.ts';
import { Slab } from './slab.ts';

const PIECES = 256;
/** Messages that may wait for one peer, and for how long: a connection is being made, or the peer is gone. Then they count as lost. */
const WAITING_MAX = 64;
const WAITING_NS_MAX: Nanos = 500_000_000;
/** The longest quotation of a message that was not delivered. */
const QUOTED_BYTES = 64;

const NOTHING = new Uint8Array(0);

/** A message that the provider has, or that waits for it. */
interface Outgoing {
  readonly to: Address;
  readonly lengthBytes: Bytes;
  readonly sent: SentCallback;
  readonly sinceNs: Nanos;
}

export interface SenderCounters {
  messagesSent: number;
  /** Messages that the provider would not take yet, each time it was tried. */
  sendsAgain: number;
  /** Those that waited for too long, or failed. */
  messagesLost: number;
}

/**
 * Sends messages from a slab, each with the name of its sender in front: not every provider tells whose a message is. What a peer cannot be sent yet waits for that peer
 * alone. REQ EFA-7, NIC-6
 */
export class FabricSender {
  readonly counters: SenderCounters = { messagesSent: 0, sendsAgain: 0, messagesLost: 0 };
  readonly #slab: Slab;
  readonly #rdm: Rdm;
  readonly #book: PeerBook;
  readonly #now: () => Nanos;
  readonly #headerBytes: Bytes;
  readonly #onUndelivered: (quoted: Uint8Array) => void;
  readonly #outgoing: (Outgoing | undefined)[] = [];
  /** Pieces that wait, by peer. */
  readonly #waiting = new Map<Address, number[]>();
  /** Pieces that are lost, and why; told from the event loop. */
  readonly #lost: { piece: number; why: string }[] = [];

  constructor(
    domain: Domain,
    rdm: Rdm,
    book: PeerBook,
    datagramBytesMax: Bytes,
    now: () => Nanos,
    onUndelivered: (quoted: Uint8Array) => void,
  ) {
    this.#headerBytes = 1 + rdm.name.length;
    this.#slab = new Slab(domain, PIECES, this.#headerBytes + datagramBytesMax);
    for (let i = 0; i < PIECES; i += 1) {
      const start = this.#slab.start(i);
      this.#slab.bytes.set(rdm.name, start + 1);
    }
    this.#rdm = rdm;
    this.#book = book;
    this.#now = now;
    this.#onUndelivered = onUndelivered;
  }

  get hasRoom(): boolean {
    return this.#slab.free > 0;
  }

  /** Messages that have not left. */
  get underway(): number {
    return this.#slab.count - this.#slab.free;
  }

  /** Copies [start, end) of `bytes` and sends it; there is room. */
  send(to: Address, bytes: Uint8Array, start: number, end: number, sent: SentCallback): void {
    this.#enqueue(to, bytes.subarray(start, end), 0, sent);
  }

  /** Nothing but our name, as far as there is room: with it a provider makes the connection that it may need. `asks`: it is to be answered. */
  greet(to: Address, asks: boolean): void {
    if (this.hasRoom) this.#enqueue(to, NOTHING, asks ? GREETING : 0, () => {});
  }

  #enqueue(to: Address, body: Uint8Array, flags: number, sent: SentCallback): void {
    const piece = this.#slab.take();
    const begin = this.#slab.start(piece);
    this.#slab.bytes[begin] = this.#rdm.name.length | flags;
    this.#slab.bytes.set(body, begin + this.#headerBytes);
    const lengthBytes = this.#headerBytes + body.length;
    this.#outgoing[piece] = { to, lengthBytes, sent, sinceNs: this.#now() };
    const line = this.#waiting.get(to);
    if (line === undefined) {
      if (this.#post(piece) === 'again') this.#waiting.set(to, [piece]);
      return;
    }
    line.push(piece);
    if (line.length > WAITING_MAX)
      this.#lost.push({ piece: line.shift() as number, why: 'its peer takes no messages' });
  }

  /** Tries again what waits, and tells what is lost. */
  retry(): void {
    for (const { piece, why } of this.#lost.splice(0))
      this.#lose(piece, Object.assign(new Error(`a message is lost: ${why}`), { code: 'EHOSTUNREACH' }));
    if (this.#waiting.size === 0) return;
    const now = this.#now();
    for (const [to, line] of this.#waiting) {
      while (line.length > 0) {
        const piece = line[0] as number;
        const isLate = now - (this.#outgoing[piece]?.sinceNs ?? now) > WAITING_NS_MAX;
        if (!isLate && this.#post(piece) === 'again') break;
        line.shift();
        if (isLate) this.#lost.push({ piece, why: 'its peer could not be reached' });
      }
      if (line.length === 0) this.#waiting.delete(to);
    }
  }

  #post(piece: number): 'gone' | 'again' {
    const { to, lengthBytes } = this.#outgoing[piece] as Outgoing;
    const slab = this.#slab;
    const peer = this.#book.numberOf(to);
    if (peer < 0) {
      this.#lost.push({ piece, why: `${to} is no name of this provider` });
      return 'gone';
    }
    const result = this.#rdm.send(slab.place(piece), lengthBytes, peer, slab.context(piece));
    if (result === -EAGAIN) {
      this.counters.sendsAgain += 1;
      return 'again';
    }
    if (result < 0) this.#lost.push({ piece, why: `${errorName(-result)}, sending to ${to}` });
    return 'gone';
  }

  /** Whether the operation was a send. */
  onDone(context: Pointer): boolean {
    const piece = this.#slab.pieceOf(context);
    if (piece < 0) return false;
    this.counters.messagesSent += 1;
    this.#end(piece, null);
    return true;
  }

  onFailed(context: Pointer, error: FabricError): boolean {
    const piece = this.#slab.pieceOf(context);
    if (piece < 0) return false;
    this.#lose(piece, error);
    return true;
  }

  #lose(piece: number, error: Error): void {
    this.counters.messagesLost += 1;
    const start = this.#slab.start(piece) + this.#headerBytes;
    const length = (this.#outgoing[piece]?.lengthBytes ?? 0) - this.#headerBytes;
    const quoted = this.#slab.bytes.slice(start, start + Math.min(length, QUOTED_BYTES));
    this.#end(piece, error);
    this.#onUndelivered(quoted);
  }

  #end(piece: number, error: Error | null): void {
    const outgoing = this.#outgoing[piece];
    this.#outgoing[piece] = undefined;
    this.#slab.give(piece);
    outgoing?.sent(error);
  }

  close(): void {
    this.#slab.close();
  }
}
