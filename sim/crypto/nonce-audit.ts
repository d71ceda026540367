import { assert } from '../kernel/assert.ts';
import { RangeSet } from '../../protocol/core/range-set.ts';

/** One (key, nonce) that sealed twice, be it the same content: a violation. REQ DST-6 */
export interface NonceReuse {
  /** The raw key, hexadecimal. */
  readonly key: string;
  readonly nonce: number;
}

/** Reuses kept in detail at most; all are counted. */
export const REUSES_KEPT_MAX = 64;

/**
 * What was sealed in one simulation, whichever endpoint did it: a key has one ledger, found by its raw bytes. Nonces in sequence
 * take one range of memory.
 */
export class NonceAudit {
  readonly reuses: NonceReuse[] = [];
  #reuseCount = 0;
  readonly #ledgers = new Map<string, NonceLedger>();
  readonly #onReuse: ((reuse: NonceReuse) => void) | undefined;

  constructor(onReuse?: (reuse: NonceReuse) => void) {
    this.#onReuse = onReuse;
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
      ledger = new NonceLedger((nonce) => this.#report({ key, nonce }));
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
  readonly #used = new RangeSet();
  readonly #onReuse: (nonce: number) => void;

  constructor(onReuse: (nonce: number) => void) {
    this.#onReuse = onReuse;
  }

  /** A seal with `nonce`, an integer in [0, 2^53 - 1). */
  use(nonce: number): void {
    assert(nonce >= 0 && Number.isSafeInteger(nonce + 1), 'a nonce is an integer in [0, 2^53 - 1)');
    if (this.#used.add(nonce, nonce + 1) === 0) this.#onReuse(nonce);
  }
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) out += HEX[bytes[i] as number] as string;
  return out;
}
