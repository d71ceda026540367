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
export class NonceAudit implements LedgerKeeper {
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
    if (label === this.#limit?.label) this.#limited.add(packed(raw));
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
    const key = packed(raw);
    let ledger = this.#ledgers.get(key);
    if (ledger === undefined) {
      const sealsMax = this.#limited.has(key) ? this.#limit?.sealsMax : undefined;
      this.#ledgers.set(key, (ledger = new NonceLedger(this, key, sealsMax)));
    }
    return ledger;
  }

  onReused(packedKey: string, nonce: number): void {
    const reuse = { key: hex(packedKey), nonce };
    this.#reuseCount++;
    if (this.reuses.length < REUSES_KEPT_MAX) this.reuses.push(reuse);
    this.#onReuse?.(reuse);
  }

  onExceeded(packedKey: string): void {
    this.#limit?.onExceeded(hex(packedKey));
  }

  onUnbound(packedKey: string, nonce: number): void {
    this.#onUnbound?.(hex(packedKey), nonce);
  }
}

/** Told of what a ledger notices. */
interface LedgerKeeper {
  onReused(packedKey: string, nonce: number): void;
  onExceeded(packedKey: string): void;
  onUnbound(packedKey: string, nonce: number): void;
}

/** The nonces one key has sealed with. Thousands of keys are made in a run: it has no functions of its own. */
export class NonceLedger {
  /** 32 nonces each, by their number divided by 32. The first are of most keys all. */
  #first = 0;
  #later: Map<number, number> | undefined;
  #seals = 0;
  readonly #keeper: LedgerKeeper;
  readonly #key: string;
  readonly #sealsMax: number;

  constructor(keeper: LedgerKeeper, packedKey: string, sealsMax: number = Infinity) {
    this.#keeper = keeper;
    this.#key = packedKey;
    this.#sealsMax = sealsMax;
  }

  /** A seal of `plainBytes` with `nonce` and the bytes [aadStart, aadEnd) of `aad`. */
  seal(nonce: number, aad: Uint8Array, aadStart: number, aadEnd: number, plainBytes: number): void {
    this.use(nonce);
    if (!isBound(nonce, aad, aadStart, aadEnd, plainBytes)) this.#keeper.onUnbound(this.#key, nonce);
  }

  /** A seal with `nonce`, an integer in [0, 2^53 - 1). */
  use(nonce: number): void {
    assert(nonce >= 0 && Number.isSafeInteger(nonce + 1), 'a nonce is an integer in [0, 2^53 - 1)');
    this.#seals += 1;
    if (this.#seals === this.#sealsMax + 1) this.#keeper.onExceeded(this.#key);
    const bit = 1 << (nonce % 32);
    const word = Math.floor(nonce / 32);
    const used = word === 0 ? this.#first : (this.#later?.get(word) ?? 0);
    if ((used & bit) !== 0) this.#keeper.onReused(this.#key, nonce);
    else if (word === 0) this.#first = used | bit;
    else (this.#later ??= new Map<number, number>()).set(word, used | bit);
  }
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Raw bytes as a map key, two to a character. */
function packed(raw: Uint8Array): string {
  const pairs = [raw.length];
  for (let i = 0; i < raw.length; i += 2) pairs.push(((raw[i] as number) << 8) | (raw[i + 1] ?? 0));
  return String.fromCharCode(...pairs);
}

/** The bytes that were packed, hexadecimal. */
function hex(key: string): string {
  const length = key.charCodeAt(0);
  let out = '';
  for (let i = 0; i < length; i++) {
    const pair = key.charCodeAt(1 + (i >>> 1));
    out += HEX[(i & 1) === 0 ? pair >>> 8 : pair & 0xff] as string;
  }
  return out;
}
