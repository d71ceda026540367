import type { Address } from '../../protocol/core/address.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import type { Pointer } from '../native/index.ts';
import { EAGAIN } from './abi.ts';
import type { Domain } from './domain.ts';
import { GREETING, NameReader } from './name.ts';
import type { Rdm } from './rdm.ts';
import { Slab } from './slab.ts';

const PIECES = 256;

/** Takes messages into a slab whose pieces wait for them all the time. */
export class FabricReceiver {
  /** Messages without the name of a sender, which nobody of ours sends. */
  malformed = 0;
  messagesReceived = 0;
  readonly #slab: Slab;
  readonly #rdm: Rdm;
  readonly #names: NameReader;
  readonly #handler: (from: Address, bytes: Uint8Array) => void;
  readonly #greeted: (from: Address, asks: boolean) => void;
  /** Pieces that the provider would not take yet. */
  readonly #idle: number[] = [];

  constructor(
    domain: Domain,
    rdm: Rdm,
    messageBytesMax: Bytes,
    handler: (from: Address, bytes: Uint8Array) => void,
    greeted: (from: Address, asks: boolean) => void,
  ) {
    this.#slab = new Slab(domain, PIECES, messageBytesMax);
    this.#rdm = rdm;
    this.#names = new NameReader(domain.offer.addressFormat);
    this.#handler = handler;
    this.#greeted = greeted;
    for (let piece = this.#slab.take(); piece >= 0; piece = this.#slab.take()) this.#idle.push(piece);
    this.retry();
  }

  /** Offers what is idle to the provider. */
  retry(): void {
    for (let piece = this.#idle.pop(); piece !== undefined; piece = this.#idle.pop()) {
      const result = this.#rdm.receive(
        this.#slab.place(piece),
        this.#slab.pieceBytes,
        this.#slab.context(piece),
      );
      if (result >= 0) continue;
      this.#idle.push(piece);
      if (result === -EAGAIN) return;
      throw new Error(`offering memory to receive into failed with ${-result}`);
    }
  }

  /** Whether the operation was a receive. */
  onDone(context: Pointer, lengthBytes: Bytes): boolean {
    const piece = this.#slab.pieceOf(context);
    if (piece < 0) return false;
    const start = this.#slab.start(piece);
    const { bytes } = this.#slab;
    const first = bytes[start] as number;
    const body = start + 1 + (first & ~GREETING);
    const end = start + lengthBytes;
    if (lengthBytes < 2 || body > end) {
      this.malformed += 1;
    } else {
      const from = this.#names.read(bytes, start + 1, body);
      if (body === end) this.#greeted(from, (first & GREETING) !== 0);
      else this.#handler(from, bytes.subarray(body, end));
      this.messagesReceived += 1;
    }
    this.#idle.push(piece);
    return true;
  }

  onFailed(context: Pointer): boolean {
    const piece = this.#slab.pieceOf(context);
    if (piece < 0) return false;
    this.malformed += 1;
    this.#idle.push(piece);
    return true;
  }

  close(): void {
    this.#slab.close();
  }
}
