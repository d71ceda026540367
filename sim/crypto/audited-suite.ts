import type { NonceAudit, NonceLedger } from './nonce-audit.ts';
import type { AeadKey, CryptoSuite } from '../../protocol/crypto/suite.ts';

/** Any suite, the real one included, with its seals entered into `audit`. */
export class AuditedSuite implements CryptoSuite {
  readonly name: string;
  readonly audit: NonceAudit;
  readonly #suite: CryptoSuite;

  constructor(suite: CryptoSuite, audit: NonceAudit) {
    this.name = suite.name;
    this.audit = audit;
    this.#suite = suite;
  }

  aeadKey(raw: Uint8Array): AeadKey {
    return new AuditedKey(this.#suite.aeadKey(raw), this.audit.ledger(raw));
  }

  expand(secret: Uint8Array, label: string, context: Uint8Array, lengthBytes: number): Uint8Array {
    const raw = this.#suite.expand(secret, label, context, lengthBytes);
    this.audit.onDerived(label, raw);
    return raw;
  }
}

class AuditedKey implements AeadKey {
  readonly #key: AeadKey;
  readonly #ledger: NonceLedger;

  constructor(key: AeadKey, ledger: NonceLedger) {
    this.#key = key;
    this.#ledger = ledger;
  }

  seal(...call: Parameters<AeadKey['seal']>): void {
    const [nonce, aad, aadStart, aadEnd, , start, end] = call;
    this.#ledger.seal(nonce, aad, aadStart, aadEnd, end - start);
    this.#key.seal(...call);
  }

  open(...call: Parameters<AeadKey['open']>): boolean {
    return this.#key.open(...call);
  }

  authenticate(...call: Parameters<AeadKey['authenticate']>): void {
    const [nonce, aad, aadStart, aadEnd, , start, end] = call;
    this.#ledger.seal(nonce, aad, aadStart, aadEnd, end - start);
    this.#key.authenticate(...call);
  }

  verify(...call: Parameters<AeadKey['verify']>): boolean {
    return this.#key.verify(...call);
  }
}
