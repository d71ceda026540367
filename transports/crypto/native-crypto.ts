import { timingSafeEqual } from 'node:crypto';
import { assert } from '../../protocol/core/assert.ts';
import { KEY_BYTES, TAG_BYTES, type AeadKey, type CryptoSuite } from '../../protocol/crypto/suite.ts';
import type { Ffi, Pointer } from '../native/ffi.ts';
import { declareOpenSsl, type OpenSsl } from './openssl.ts';

const NONCE_BYTES = 12;
const HASH_BYTES = 32;
/** Headers of packets and records are shorter; what is longer is read where it is. */
const SHORT_BYTES = 256;
/** EVP_CTRL_AEAD_GET_TAG and SET_TAG. */
const GET_TAG = 0x10;
const SET_TAG = 0x11;
const INFO_BYTES_MAX = 1024;

/**
 * The two contexts of a thread and the small things OpenSSL is given by address. A context takes another key with every packet, which
 * costs 0.1 µs: keys own nothing outside JavaScript that somebody would have to free.
 */
class Engine {
  readonly ssl: OpenSsl;
  readonly ffi: Ffi;
  readonly encrypting: Pointer;
  readonly decrypting: Pointer;
  readonly scratch: Uint8Array = new Uint8Array(SHORT_BYTES + INFO_BYTES_MAX);
  readonly nonceView: DataView;
  readonly keyAt: Pointer;
  readonly nonceAt: Pointer;
  /** Where OpenSSL says how much it wrote, which is known. */
  readonly lengthAt: Pointer;
  readonly tagAt: Pointer;
  readonly tag: Uint8Array;
  readonly shortAt: Pointer;
  readonly short: Uint8Array;

  constructor(ffi: Ffi, ssl: OpenSsl) {
    this.ffi = ffi;
    this.ssl = ssl;
    const at = ffi.addressOf(this.scratch);
    this.keyAt = at;
    this.nonceView = new DataView(this.scratch.buffer, KEY_BYTES, NONCE_BYTES);
    this.nonceAt = at + 16;
    this.lengthAt = at + 32;
    this.tagAt = at + 40;
    this.tag = this.scratch.subarray(40, 40 + TAG_BYTES);
    this.shortAt = at + 64;
    this.short = this.scratch.subarray(64);
    this.encrypting = ssl.newContext();
    this.decrypting = ssl.newContext();
    const cipher = ssl.aes128Gcm();
    check(ssl.encryptInit(this.encrypting, cipher, 0, this.keyAt, this.nonceAt));
    check(ssl.decryptInit(this.decrypting, cipher, 0, this.keyAt, this.nonceAt));
  }

  setNonce(nonce: number): void {
    assert(Number.isSafeInteger(nonce) && nonce >= 0, 'a nonce is an integer in 0 … 2^53 - 1');
    this.nonceView.setUint32(4, Math.floor(nonce / 2 ** 32));
    this.nonceView.setUint32(8, nonce >>> 0);
  }

  /** Where C finds [start, end) of `bytes`: short ones are copied, which is quicker than to ask where they are. */
  placeOf(bytes: Uint8Array, start: number, end: number): Pointer {
    const { short } = this;
    if (end - start > SHORT_BYTES) return this.ffi.addressOf(bytes) + start;
    for (let i = start; i < end; i += 1) short[i - start] = bytes[i] as number;
    return this.shortAt;
  }
}

/** What is wrong here would be memory that is not ours. */
function assertInside(bytes: Uint8Array, start: number, end: number): void {
  assert(Number.isInteger(start) && Number.isInteger(end), 'offsets are integers');
  assert(start >= 0 && start <= end && end <= bytes.length, 'a range lies inside its array');
}

function check(result: number): void {
  assert(result === 1, 'OpenSSL did what it was told');
}

/** AES-128-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags, by OpenSSL, from the caller's memory into the caller's memory. */
class NativeKey implements AeadKey {
  readonly #engine: Engine;
  readonly #raw: Uint8Array;

  constructor(engine: Engine, raw: Uint8Array) {
    this.#engine = engine;
    this.#raw = raw.slice();
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
    assertInside(plain, plainStart, plainEnd);
    const lengthBytes = plainEnd - plainStart;
    assertInside(out, outStart, outStart + lengthBytes + TAG_BYTES);
    const { ssl, encrypting, lengthAt, ffi } = this.#engine;
    this.#beginSealing(nonce, aad, aadStart, aadEnd);
    const outAt = ffi.addressOf(out) + outStart;
    if (lengthBytes > 0) {
      const plainAt = plain === out ? outAt - outStart : ffi.addressOf(plain);
      check(ssl.encryptUpdate(encrypting, outAt, lengthAt, plainAt + plainStart, lengthBytes));
    }
    check(ssl.encryptFinal(encrypting, lengthAt + 8, lengthAt));
    check(ssl.control(encrypting, GET_TAG, TAG_BYTES, outAt + lengthBytes));
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
    assertInside(sealed, sealedStart, sealedEnd);
    assertInside(out, outStart, outStart + lengthBytes);
    assertInside(aad, aadStart, aadEnd);
    const { ssl, decrypting, lengthAt, keyAt, nonceAt, ffi, scratch } = this.#engine;
    scratch.set(this.#raw);
    this.#engine.setNonce(nonce);
    check(ssl.decryptInit(decrypting, 0, 0, keyAt, nonceAt));
    if (aadEnd > aadStart) {
      const aadAt = this.#engine.placeOf(aad, aadStart, aadEnd);
      check(ssl.decryptUpdate(decrypting, 0, lengthAt, aadAt, aadEnd - aadStart));
    }
    const sealedAt = ffi.addressOf(sealed) + sealedStart;
    if (lengthBytes > 0) {
      const outAt = ffi.addressOf(out) + outStart;
      check(ssl.decryptUpdate(decrypting, outAt, lengthAt, sealedAt, lengthBytes));
    }
    check(ssl.control(decrypting, SET_TAG, TAG_BYTES, sealedAt + lengthBytes));
    return ssl.decryptFinal(decrypting, lengthAt + 8, lengthAt) === 1;
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
    tag.set(this.#tagOf(nonce, aad, aadStart, aadEnd, content, start, end), tagStart);
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
    const expected = this.#tagOf(nonce, aad, aadStart, aadEnd, content, start, end);
    return timingSafeEqual(expected, tag.subarray(tagStart, tagStart + TAG_BYTES));
  }

  #beginSealing(nonce: number, aad: Uint8Array, aadStart: number, aadEnd: number): void {
    assertInside(aad, aadStart, aadEnd);
    const { ssl, encrypting, keyAt, nonceAt, scratch } = this.#engine;
    scratch.set(this.#raw);
    this.#engine.setNonce(nonce);
    check(ssl.encryptInit(encrypting, 0, 0, keyAt, nonceAt));
    this.#addContext(aad, aadStart, aadEnd);
  }

  #addContext(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    const { ssl, encrypting, lengthAt } = this.#engine;
    check(ssl.encryptUpdate(encrypting, 0, lengthAt, this.#engine.placeOf(bytes, start, end), end - start));
  }

  /** GMAC: GCM without plaintext, its additional data in two pieces. */
  #tagOf(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Uint8Array,
    start: number,
    end: number,
  ): Uint8Array {
    assertInside(content, start, end);
    const { ssl, encrypting, lengthAt, tagAt, tag } = this.#engine;
    this.#beginSealing(nonce, aad, aadStart, aadEnd);
    this.#addContext(content, start, end);
    check(ssl.encryptFinal(encrypting, lengthAt + 8, lengthAt));
    check(ssl.control(encrypting, GET_TAG, TAG_BYTES, tagAt));
    return tag;
  }
}

/** HKDF-Expand, RFC 5869 section 2.3: one HMAC for 32 bytes. */
function expandBy(
  { ssl, short, shortAt, scratch, ffi }: Engine,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  assert(secret.length >= HASH_BYTES, 'a pseudorandom key has at least the length of the hash');
  assert(lengthBytes > 0 && lengthBytes <= 255 * HASH_BYTES, 'HKDF-Expand yields 1 … 8160 bytes');
  const infoBytes = label.length + context.length;
  assert(HASH_BYTES + infoBytes + 1 + HASH_BYTES <= short.length, 'label and context are short');
  const okm = new Uint8Array(lengthBytes);
  // previous block ‖ label ‖ context ‖ counter, and behind it the new block.
  for (let i = 0; i < label.length; i += 1) short[HASH_BYTES + i] = label.charCodeAt(i);
  short.set(context, HASH_BYTES + label.length);
  const counterAt = HASH_BYTES + infoBytes;
  const secretAt = ffi.addressOf(secret);
  for (let at = 0, counter = 1; at < lengthBytes; at += HASH_BYTES, counter += 1) {
    short[counterAt] = counter;
    const from = counter === 1 ? HASH_BYTES : 0;
    const result = shortAt + counterAt + 1;
    ssl.hmac(ssl.sha256(), secretAt, secret.length, shortAt + from, counterAt + 1 - from, result, 0);
    const block = short.subarray(counterAt + 1, counterAt + 1 + HASH_BYTES);
    okm.set(block.subarray(0, Math.min(HASH_BYTES, lengthBytes - at)), at);
    short.set(block, 0);
  }
  scratch.fill(0, 64);
  return okm;
}

/**
 * The production suite where calls to C are quick: the OpenSSL that Node itself has, without the objects and copies of node:crypto.
 * One per thread; undefined if this Node does not offer its OpenSSL.
 */
export function nativeCrypto(ffi: Ffi): CryptoSuite | undefined {
  const ssl = declareOpenSsl(ffi);
  if (ssl === undefined) return undefined;
  const engine = new Engine(ffi, ssl);
  return {
    name: 'aes-128-gcm-sha256',
    aeadKey(raw: Uint8Array): AeadKey {
      assert(raw.length === KEY_BYTES, 'an AES-128 key has 16 bytes');
      return new NativeKey(engine, raw);
    },
    expand: (secret, label, context, lengthBytes) => expandBy(engine, secret, label, context, lengthBytes),
  };
}
