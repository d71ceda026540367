/** Bytes an AEAD tag adds to what it seals. */
export const TAG_BYTES = 16;
/** Length of an AEAD key (AES-128-GCM and the simulated suite). */
export const KEY_BYTES = 16;

/**
 * One imported AEAD key. All positions are byte offsets into the given arrays; `…End` is exclusive.
 * The 96-bit nonce is the integer `nonce` (0 … 2^53 - 1), big endian, zero-extended on the left.
 */
export interface AeadKey {
  /**
   * Writes ciphertext and tag (`plainEnd - plainStart + TAG_BYTES` bytes) to `out` at `outStart`. Sealing in
   * place (`out === plain`, `outStart === plainStart`) is allowed.
   */
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
  ): void;
  /**
   * Verifies and writes the plaintext (`sealedEnd - sealedStart - TAG_BYTES` bytes) to `out` at `outStart`.
   * In place is allowed. Returns false, and leaves `out` in an unspecified state, if key, nonce, AAD,
   * ciphertext or tag do not belong together. Never throws on hostile input, also when shorter than a tag.
   */
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
  ): boolean;
  /** Writes the tag alone, of the AAD followed by [start, end) of `content`, and nothing encrypted: as `seal` of no plaintext with both as AAD. */
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
  ): void;
  /** Whether `tag` at `tagStart` is what `authenticate` writes for the same. */
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
  ): boolean;
  /**
   * Of suites whose ciphertext is their plaintext (the simulated one): as `seal` of [start, end) of `content`, but writes the
   * tag alone. `content` must stay as it is as long as anybody uses it.
   */
  sealShared?(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Gathered,
    start: number,
    end: number,
    tag: Uint8Array,
  ): void;
  /** As `open` of what `sealShared` sealed; writes nothing. */
  openShared?(
    nonce: number,
    aad: Uint8Array,
    aadStart: number,
    aadEnd: number,
    content: Gathered,
    start: number,
    end: number,
    tag: Uint8Array,
  ): boolean;
}

/** Two arrays taken as one. */
export interface Gathered {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

/** The cryptography an endpoint uses; injected, so that the core imports none. */
export interface CryptoSuite {
  readonly name: string;
  /** Imports a raw key of KEY_BYTES bytes. */
  aeadKey(raw: Uint8Array): AeadKey;
  /**
   * HKDF-Expand (RFC 5869 section 2.3, SHA-256) of a 32-byte pseudorandom `secret`; the info is the ASCII
   * `label` followed by `context`.
   */
  expand(secret: Uint8Array, label: string, context: Uint8Array, lengthBytes: number): Uint8Array;
}
