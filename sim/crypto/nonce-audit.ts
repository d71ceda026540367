import { assert } from '../kernel/assert.ts';
import { isBound } from './record-binding.ts';

/** One (key, nonce) that sealed twice, be it the same content: a violation. REQ DST-6 */
export interface NonceReuse {
  /** The raw key, hexadecimal. */
  readonly key: string;
  readonly nonce: number;
}

/** Reuses kept in detail at most; all are counted. */
export const REUSES_KEPT_MAX = 64;

/** How often each key of a kind may seal. */
export interface KeyLimit {
  /** Of the derivation of such keys. */
  readonly label: string;
  readonly sealsMax: number;
  readonly onExceeded: (key: string) => void;
}

/**
 * What was sealed in one simulation, whichever endpoint did it: a key has one ledger, found by its raw bytes. Nonces in sequence
 * take one bit each. Nothing in it is of the protocol's own make, so that no fault of that hides what it did.
 */
export class NonceAudit {
  readonly reuses: NonceReuse[] = [];
  #reuseCount = 0;
  readonly #ledgers = new Map<string, NonceLedger>();
  readonly #onReuse: ((reuse: NonceReuse) => void) | undefined;

  readonly #limit: KeyLimit | undefined;
  readonly #onUnbound: ((key: string, nonce: number) => void) | undefined;
  readonly #limited = new Set<string>();

  /** @param onUnbound told of a record that is not bound to the size of its message. */
  constructor(
    onReuse?: (reuse: NonceReuse) => void,
    limit?: KeyLimit,
    onUnbound?: (key: string, nonce: number) => void,
  ) {
    this.#onReuse = onReuse;
    this.#limit = limit;
    this.#onUnbound = onUnbound;
  }

  /** Key material was derived for what `label` says. */
  onDerived(label: string, raw: Uint8Array): void {
    if (label === this.#limit?.label) this.#limited.add(hex(raw));
  }

  /** How often a nonce was used again. */
  get reuseCount(): number {
    return this.#reuseCount;
  }

  /** Keys that were imported. */
  get keys(): number {
    return this.#ledgers.size;
  }

  /** The ledger of a raw key, always the same one. */
  ledger(raw: Uint8Array): NonceLedger {
    const key = hex(raw);
    let ledger = this.#ledgers.get(key);
    if (ledger === undefined) {
      const limit = this.#limited.has(key) ? this.#limit : undefined;
      ledger = new NonceLedger(
        (nonce) => this.#report({ key, nonce }),
        limit?.sealsMax,
        () => limit?.onExceeded(key),
        (nonce) => this.#onUnbound?.(key, nonce),
      );
      this.#ledgers.set(key, ledger);
    }
    return ledger;
  }

  #report(reuse: NonceReuse): void {
    this.#reuseCount++;
    if (this.reuses.length < REUSES_KEPT_MAX) this.reuses.push(reuse);
    this.#onReuse?.(reuse);
  }
}

/** The nonces one key has sealed with. */
export class NonceLedger {
  /** 32 nonces each, by their number divided by 32. The first are of most keys all. */
  #first = 0;
  readonly #later = new Map<number, number>();
  #seals = 0;
  readonly #onReuse: (nonce: number) => void;
  readonly #sealsMax: number;
  readonly #onExceeded: () => void;
  readonly #onUnbound: (nonce: number) => void;

  constructor(
    onReuse: (nonce: number) => void,
    sealsMax: number = Infinity,
    onExceeded: () => void = () => {},
    onUnbound: (nonce: number) => void = () => {},
  ) {
    this.#onReuse = onReuse;
    this.#sealsMax = sealsMax;
    this.#onExceeded = onExceeded;
    this.#onUnbound = onUnbound;
  }

  /** A seal of `plainBytes` with `nonce` and the bytes [aadStart, aadEnd) of `aad`. */
  seal(nonce: number, aad: Uint8Array, aadStart: number, aadEnd: number, plainBytes: number): void {
    this.use(nonce);
    if (!isBound(nonce, aad, aadStart, aadEnd, plainBytes)) this.#onUnbound(nonce);
  }

  /** A seal with `nonce`, an integer in [0, 2^53 - 1). */
  use(nonce: number): void {
    assert(nonce >= 0 && Number.isSafeInteger(nonce + 1), 'a nonce is an integer in [0, 2^53 - 1)');
    this.#seals += 1;
    if (this.#seals === this.#sealsMax + 1) this.#onExceeded();
    const bit = 1 << (nonce % 32);
    const word = Math.floor(nonce / 32);
    const used = word === 0 ? this.#first : (this.#later.get(word) ?? 0);
    if ((used & bit) !== 0) this.#onReuse(nonce);
    else if (word === 0) this.#first = used | bit;
    else this.#later.set(word, used | bit);
  }
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += HEX[bytes[i] as number] as string;
  return out;
}
