import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import { assert } from '../../protocol/core/assert.ts';
import { KEY_BYTES, TAG_BYTES, type AeadKey, type CryptoSuite } from '../../protocol/crypto/suite.ts';

const ALGORITHM = 'aes-128-gcm';
const NONCE_BYTES = 12;
const HASH_BYTES = 32;

/** One per thread: node:crypto copies the nonce before the next call can overwrite it. */
const nonceBytes = Buffer.alloc(NONCE_BYTES);

function nonceOf(nonce: number): Buffer {
  assert(Number.isSafeInteger(nonce) && nonce >= 0, 'a nonce is an integer in 0 … 2^53 - 1');
  nonceBytes.writeUInt32BE(Math.floor(nonce / 2 ** 32), 4);
  nonceBytes.writeUInt32BE(nonce >>> 0, 8);
  return nonceBytes;
}

/** AES-128-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags, through OpenSSL. */
class Aes128GcmKey implements AeadKey {
  // A KeyObject spares OpenSSL the import of the raw key for every packet.
  readonly #key: KeyObject;

  constructor(raw: Uint8Array) {
    this.#key = createSecretKey(raw);
  }

  seal(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    plain: Uint8Array,
    plainStart: number,
    plainEnd: number,
    out: Uint8Array,
    outStart: number,
  ): void {
    const lengthBytes = plainEnd - plainStart;
    assert(lengthBytes >= 0 && plainEnd <= plain.length, 'the plaintext lies inside its array');
    assert(outStart + lengthBytes + TAG_BYTES <= out.length, 'ciphertext and tag fit the output');
    const cipher = createCipheriv(ALGORITHM, this.#key, nonceOf(nonce));
    cipher.setAAD(aad.subarray(aadStart, aadEnd));
    // update() returns memory of its own, which is what makes sealing in place safe; GCM's final() is empty.
    const sealed = cipher.update(plain.subarray(plainStart, plainEnd));
    cipher.final();
    out.set(sealed, outStart);
    out.set(cipher.getAuthTag(), outStart + lengthBytes);
  }

  open(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    sealed: Uint8Array,
    sealedStart: number,
    sealedEnd: number,
    out: Uint8Array,
    outStart: number,
  ): boolean {
    const lengthBytes = sealedEnd - sealedStart - TAG_BYTES;
    if (lengthBytes < 0) return false;
    assert(sealedEnd <= sealed.length, 'the ciphertext lies inside its array');
    assert(outStart + lengthBytes <= out.length, 'the plaintext fits the output');
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonceOf(nonce));
    decipher.setAAD(aad.subarray(aadStart, aadEnd));
    decipher.setAuthTag(sealed.subarray(sealedEnd - TAG_BYTES, sealedEnd));
    const plain = decipher.update(sealed.subarray(sealedStart, sealedEnd - TAG_BYTES));
    try {
      decipher.final(); // its only way to say "the tag is wrong" is to throw
    } catch {
      return false;
    }
    out.set(plain, outStart);
    return true;
  }

  authenticate(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Uint8Array,
    start: number,
    end: number,
    tag: Uint8Array,
    tagStart: number,
  ): void {
    assert(tagStart + TAG_BYTES <= tag.length, 'the tag fits the output');
    tag.set(this.#tagOf(nonce, aad.subarray(aadStart, aadEnd), content.subarray(start, end)), tagStart);
  }

  verify(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Uint8Array,
    start: number,
    end: number,
    tag: Uint8Array,
    tagStart: number,
  ): boolean {
    const expected = this.#tagOf(nonce, aad.subarray(aadStart, aadEnd), content.subarray(start, end));
    return timingSafeEqual(expected, tag.subarray(tagStart, tagStart + TAG_BYTES));
  }

  /** GMAC (NIST SP 800-38D section 3): GCM without plaintext, its additional data in two pieces. */
  #tagOf(nonce: number, aad: Uint8Array, content: Uint8Array): Buffer {
    const cipher = createCipheriv(ALGORITHM, this.#key, nonceOf(nonce));
    cipher.setAAD(aad);
    cipher.setAAD(content);
    cipher.final();
    return cipher.getAuthTag();
  }
}

/** HKDF-Expand, RFC 5869 section 2.3. (node:crypto's hkdf always extracts first, hence HMAC by hand.) */
function expand(secret: Uint8Array, label: string, context: Uint8Array, lengthBytes: number): Uint8Array {
  assert(secret.length >= HASH_BYTES, 'a pseudorandom key has at least the length of the hash');
  assert(lengthBytes > 0 && lengthBytes <= 255 * HASH_BYTES, 'HKDF-Expand yields 1 … 8160 bytes');
  const okm = new Uint8Array(lengthBytes);
  let previous: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < lengthBytes; at += HASH_BYTES, counter++) {
    const block = createHmac('sha256', secret)
      .update(previous)
      .update(label, 'latin1')
      .update(context)
      .update(Uint8Array.of(counter))
      .digest();
    okm.set(block.subarray(0, Math.min(HASH_BYTES, lengthBytes - at)), at);
    previous = block;
  }
  return okm;
}

/** The production suite: AES-128-GCM and HKDF-SHA-256 on node:crypto. */
export const nodeCrypto: CryptoSuite = {
  name: 'aes-128-gcm-sha256',
  aeadKey(raw: Uint8Array): AeadKey {
    assert(raw.length === KEY_BYTES, 'an AES-128 key has 16 bytes');
    return new Aes128GcmKey(raw);
  },
  expand,
};
