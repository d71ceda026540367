import { readFileSync } from 'node:fs';
import type { RandomSource } from '../../protocol/core/random.ts';
import type { CryptoSuite } from '../../protocol/crypto/suite.ts';
import { CREDENTIAL_BYTES, SECRET_BYTES, type PathSecret } from '../../protocol/keys/path-secret.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { cryptoRandom } from '../crypto/random.ts';
import { TransportError } from '../errors.ts';

const LABEL = 'dcquic psk path';
const WORKER_LABEL = 'dcquic psk worker';
const HEX = /^[0-9a-fA-F]{64}$/;

/**
 * A secret that both sides have in their configuration; stands in for the TLS handshake. A client draws a fresh
 * credential, and client and server derive the same path secret from it: HKDF-Expand(psk, LABEL, credential).
 * The server keeps nothing per credential. REQ SEC-1 · MUST KEY-7
 *
 * Whoever holds it can pose as either side, and there is no forward secrecy: for one trust domain.
 */
export class PresharedSecret {
  readonly #psk: Uint8Array;
  readonly #crypto: CryptoSuite;

  /** `psk`: 32 bytes of high entropy (never a password). Throws TransportError BAD_SECRET. */
  constructor(psk: Uint8Array, crypto: CryptoSuite = nodeCrypto) {
    if (psk.length !== SECRET_BYTES) {
      throw new TransportError(
        'BAD_SECRET',
        `a pre-shared secret has ${SECRET_BYTES} bytes, this one ${psk.length}`,
      );
    }
    this.#psk = psk.slice();
    this.#crypto = crypto;
  }

  /** 64 hexadecimal digits. */
  static fromHex(text: string): PresharedSecret {
    if (!HEX.test(text)) {
      // The text itself stays out of the message: it may be a secret with a typo.
      throw new TransportError('BAD_SECRET', 'a pre-shared secret is written as 64 hexadecimal digits');
    }
    return new PresharedSecret(Buffer.from(text, 'hex'));
  }

  /** A file of 64 hexadecimal digits (white space around them is ignored) or of 32 raw bytes. */
  static fromFile(path: string): PresharedSecret {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path);
    } catch (cause) {
      throw new TransportError('BAD_SECRET', `cannot read the pre-shared secret from ${path}`, { cause });
    }
    if (bytes.length === SECRET_BYTES) return new PresharedSecret(bytes);
    const text = bytes.length < 256 ? bytes.toString('latin1').trim() : '';
    if (!HEX.test(text)) {
      throw new TransportError('BAD_SECRET', `${path} holds neither 64 hexadecimal digits nor 32 raw bytes`);
    }
    return PresharedSecret.fromHex(text);
  }

  /** A new secret, for tests and for programs that talk to themselves. */
  static generate(random: RandomSource = cryptoRandom): PresharedSecret {
    const psk = new Uint8Array(SECRET_BYTES);
    random.fill(psk);
    return new PresharedSecret(psk);
  }

  /**
   * The secret of one worker of a host that has several. What is sealed for one of them is nothing to the others, so no replay crosses.
   * That of worker 0 is this one: who knows of no workers reaches the first.
   */
  ofWorker(worker: number): PresharedSecret {
    if (worker === 0) return this;
    const bytes = this.#crypto.expand(this.#psk, WORKER_LABEL, Uint8Array.of(worker), SECRET_BYTES);
    return new PresharedSecret(bytes, this.#crypto);
  }

  /** Itself, for another thread of this process. */
  copyBytes(): Uint8Array {
    return this.#psk.slice();
  }

  /** Client side: a path secret under a new random credential. */
  newPath(random: RandomSource = cryptoRandom): PathSecret {
    const credential = new Uint8Array(CREDENTIAL_BYTES);
    random.fill(credential);
    return this.#derive(credential);
  }

  /** Server side: the path secret of a credential from the wire; undefined if it cannot be one. */
  resolve(credential: Uint8Array): PathSecret | undefined {
    // The bytes may be a view of a datagram that the socket reuses.
    return credential.length === CREDENTIAL_BYTES ? this.#derive(credential.slice()) : undefined;
  }

  #derive(credential: Uint8Array): PathSecret {
    return { credential, secret: this.#crypto.expand(this.#psk, LABEL, credential, SECRET_BYTES) };
  }
}
