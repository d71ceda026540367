import { assert } from '../kernel/assert.ts';
import { ContentDigest, knownBytes } from './content-digest.ts';
import { ByteHash } from '../trace/byte-hash.ts';
import {
  type AeadKey,
  type CryptoSuite,
  type Gathered,
  KEY_BYTES,
  TAG_BYTES,
} from '../../protocol/crypto/suite.ts';
import { NonceAudit, type NonceLedger } from './nonce-audit.ts';

const TWO_32 = 0x1_0000_0000;
const COPY_LOOP_MAX_BYTES = 64;
const SECRET_BYTES = 32;
/** No content is so long: added to the length of what is not encrypted, its tags are other than those of what is. */
const AUTHENTICATED_BYTES = 0x4000_0000;

const hash = new ByteHash();
const block = new Uint8Array(TAG_BYTES);

/**
 * The suite of simulations: every length as in AES-128-GCM, at memory speed, the same on every machine. It hides nothing
 * (ciphertext is plaintext), but a tag binds key, nonce, AAD and content as the real one does, and the audit
 * notices a nonce that seals twice. REQ DST-6
 */
export class SimCrypto implements CryptoSuite {
  readonly name = 'sim';
  readonly audit: NonceAudit;
  readonly #digest = new ContentDigest();
  readonly #labels: Map<string, Uint8Array> = new Map<string, Uint8Array>();

  /** @param audit shared by all endpoints of a simulation. */
  constructor(audit: NonceAudit = new NonceAudit()) {
    this.audit = audit;
  }

  /** `bytes` never change: records of them are sealed and opened in constant time. The last that were named count. */
  know(bytes: Uint8Array): void {
    this.#digest.know(knownBytes(bytes));
  }

  aeadKey(raw: Uint8Array): AeadKey {
    assert(raw.length === KEY_BYTES, 'a key is KEY_BYTES bytes');
    return new SimKey(raw, this.audit.ledger(raw), this.#digest);
  }

  /** Not HKDF, but a function of the same inputs with as many outputs. */
  expand(secret: Uint8Array, label: string, context: Uint8Array, lengthBytes: number): Uint8Array {
    assert(secret.length === SECRET_BYTES, 'a secret is 32 bytes');
    const labelBytes = this.#labelBytes(label);
    const out = new Uint8Array(lengthBytes);
    for (let at = 0, counter = 1; at < lengthBytes; at += TAG_BYTES, counter++) {
      hash.start(0x452821e6, 0x38d01377, 0xbe5466cf, 0x34e90c6c);
      hash.words(counter, labelBytes.length, context.length, lengthBytes);
      hash.bytes(secret, 0, SECRET_BYTES);
      hash.bytes(labelBytes, 0, labelBytes.length);
      hash.bytes(context, 0, context.length);
      hash.finish();
      writeTag(block, 0);
      const end = Math.min(TAG_BYTES, lengthBytes - at);
      for (let i = 0; i < end; i++) out[at + i] = block[i] as number;
    }
    this.audit.onDerived(label, out);
    return out;
  }

  /** Labels are a handful of constants. */
  #labelBytes(label: string): Uint8Array {
    const known = this.#labels.get(label);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(label.length);
    for (let i = 0; i < label.length; i++) {
      const code = label.charCodeAt(i);
      assert(code < 0x80, 'a label is ASCII');
      bytes[i] = code;
    }
    this.#labels.set(label, bytes);
    return bytes;
  }
}

class SimKey implements AeadKey {
  readonly #ledger: NonceLedger;
  /** Of the suite. */
  readonly #digest: ContentDigest;
  readonly #k0: number;
  readonly #k1: number;
  readonly #k2: number;
  readonly #k3: number;

  constructor(raw: Uint8Array, ledger: NonceLedger, digest: ContentDigest) {
    this.#ledger = ledger;
    this.#digest = digest;
    // A bijection of the raw key, so that two keys never become one.
    hash.start(0, 0, 0, 0);
    hash.bytes(raw, 0, KEY_BYTES);
    hash.finish();
    this.#k0 = hash.h0;
    this.#k1 = hash.h1;
    this.#k2 = hash.h2;
    this.#k3 = hash.h3;
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
    const tagStart = outStart + plainEnd - plainStart;
    assert(tagStart + TAG_BYTES <= out.length, 'no room for ciphertext and tag');
    this.#ledger.seal(nonce, aad, aadStart, aadEnd, plainEnd - plainStart);
    this.#digest.start();
    this.#digest.bytes(plain, plainStart, plainEnd);
    this.#tag(nonce, aad, aadStart, aadEnd, plainEnd - plainStart);
    copy(plain, plainStart, plainEnd, out, outStart);
    writeTag(out, tagStart);
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
    const tagStart = sealedEnd - TAG_BYTES;
    if (tagStart < sealedStart) return false;
    this.#digest.start();
    this.#digest.bytes(sealed, sealedStart, tagStart);
    this.#tag(nonce, aad, aadStart, aadEnd, tagStart - sealedStart);
    if (!tagMatches(sealed, tagStart)) return false;
    copy(sealed, sealedStart, tagStart, out, outStart);
    return true;
  }

  sealShared(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Gathered,
    start: number,
    end: number,
    tag: Uint8Array,
  ): void {
    this.#ledger.seal(nonce, aad, aadStart, aadEnd, end - start);
    this.#digest.start();
    this.#digest.gathered(content, start, end);
    this.#tag(nonce, aad, aadStart, aadEnd, end - start);
    writeTag(tag, 0);
  }

  openShared(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Gathered,
    start: number,
    end: number,
    tag: Uint8Array,
  ): boolean {
    this.#digest.start();
    this.#digest.gathered(content, start, end);
    this.#tag(nonce, aad, aadStart, aadEnd, end - start);
    return tagMatches(tag, 0);
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
    this.#ledger.seal(nonce, aad, aadStart, aadEnd, end - start);
    this.#digest.start();
    this.#digest.bytes(content, start, end);
    this.#tag(nonce, aad, aadStart, aadEnd, AUTHENTICATED_BYTES + end - start);
    writeTag(tag, tagStart);
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
    this.#digest.start();
    this.#digest.bytes(content, start, end);
    this.#tag(nonce, aad, aadStart, aadEnd, AUTHENTICATED_BYTES + end - start);
    return tagMatches(tag, tagStart);
  }

  /** Leaves the tag in `hash`; the digest of the content is in `#digest`. */
  #tag(nonce: number, aad: Uint8Array, aadStart: number, aadEnd: number, contentBytes: number): void {
    hash.start(this.#k0, this.#k1, this.#k2, this.#k3);
    hash.words(nonce | 0, (nonce / TWO_32) | 0, aadEnd - aadStart, contentBytes);
    hash.bytes(aad, aadStart, aadEnd);
    const { d0, d1 } = this.#digest;
    hash.words(d0, d1, d0, d1);
    hash.finish();
  }
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (from === to) {
    if (start !== at) to.copyWithin(at, start, end);
  } else if (end - start <= COPY_LOOP_MAX_BYTES) {
    for (let i = start; i < end; i++) to[at + i - start] = from[i] as number;
  } else {
    to.set(from.subarray(start, end), at);
  }
}

function writeTag(out: Uint8Array, at: number): void {
  writeWord(out, at, hash.h0);
  writeWord(out, at + 4, hash.h1);
  writeWord(out, at + 8, hash.h2);
  writeWord(out, at + 12, hash.h3);
}

function writeWord(out: Uint8Array, at: number, word: number): void {
  out[at] = word;
  out[at + 1] = word >>> 8;
  out[at + 2] = word >>> 16;
  out[at + 3] = word >>> 24;
}

function tagMatches(bytes: Uint8Array, at: number): boolean {
  return (
    wordIs(bytes, at, hash.h0) &&
    wordIs(bytes, at + 4, hash.h1) &&
    wordIs(bytes, at + 8, hash.h2) &&
    wordIs(bytes, at + 12, hash.h3)
  );
}

function wordIs(bytes: Uint8Array, at: number, word: number): boolean {
  return (
    bytes[at] === (word & 255) &&
    bytes[at + 1] === ((word >>> 8) & 255) &&
    bytes[at + 2] === ((word >>> 16) & 255) &&
    bytes[at + 3] === word >>> 24
  );
}
