import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SimCrypto } from '../../crypto/sim-crypto.ts';
import { type AeadKey, type Gathered, KEY_BYTES, TAG_BYTES } from '../../../protocol/crypto/suite.ts';

const NONCE_MAX = Number.MAX_SAFE_INTEGER - 1;
const rawKey = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES });
const nonces = fc.oneof(
  fc.nat(100),
  fc.integer({ min: 0, max: NONCE_MAX }),
  fc.constantFrom(2 ** 32, NONCE_MAX),
);
const short = fc.uint8Array({ maxLength: 40, size: 'max' });
const long = fc.uint8Array({ maxLength: 260, size: 'max' });

function newKey(raw: Uint8Array = new Uint8Array(KEY_BYTES)): AeadKey {
  return new SimCrypto().aeadKey(raw);
}

function sealed(key: AeadKey, nonce: number, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const out = new Uint8Array(plain.length + TAG_BYTES);
  key.seal(nonce, aad, 0, aad.length, plain, 0, plain.length, out, 0);
  return out;
}

/** The plaintext, or undefined if it does not open. */
function opened(key: AeadKey, nonce: number, aad: Uint8Array, text: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(Math.max(text.length - TAG_BYTES, 0));
  return key.open(nonce, aad, 0, aad.length, text, 0, text.length, out, 0) ? out : undefined;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('what was sealed', () => {
  it('opens with the same key, nonce and AAD, wherever in its buffers it lies', () => {
    const offset = fc.nat(9);
    fc.assert(
      fc.property(
        rawKey,
        nonces,
        short,
        long,
        fc.tuple(offset, offset, offset),
        (raw, nonce, aad, plain, offsets) => {
          const [aadAt, plainAt, outAt] = offsets;
          const key = newKey(raw);
          const plainRoom = new Uint8Array(plainAt + plain.length + 3);
          plainRoom.set(plain, plainAt);
          const aadRoom = new Uint8Array(20 + aadAt + aad.length).subarray(20);
          aadRoom.set(aad, aadAt);
          const out = new Uint8Array(outAt + plain.length + TAG_BYTES + 2).fill(0xee);
          key.seal(
            nonce,
            aadRoom,
            aadAt,
            aadAt + aad.length,
            plainRoom,
            plainAt,
            plainAt + plain.length,
            out,
            outAt,
          );
          const end = outAt + plain.length + TAG_BYTES;
          // Position makes no difference, nothing around it is touched, and another endpoint's key object opens it.
          const text = out.slice(outAt, end);
          expect(text).toEqual(sealed(newKey(raw), nonce, aad, plain));
          expect([...out.subarray(0, outAt), ...out.subarray(end)].every((byte) => byte === 0xee)).toBe(true);
          expect(opened(newKey(raw), nonce, aad, text)).toEqual(plain);
          const other = new Uint8Array(plain.length + 5);
          expect(key.open(nonce, aadRoom, aadAt, aadAt + aad.length, out, outAt, end, other, 5)).toBe(true);
          expect(other.subarray(5)).toEqual(plain);
        },
      ),
    );
  });

  it('in place opens in place', () => {
    fc.assert(
      fc.property(rawKey, nonces, short, long, fc.nat(9), (raw, nonce, aad, plain, at) => {
        const key = newKey(raw);
        const room = new Uint8Array(at + plain.length + TAG_BYTES);
        room.set(plain, at);
        key.seal(nonce, aad, 0, aad.length, room, at, at + plain.length, room, at);
        expect(room.slice(at)).toEqual(sealed(newKey(raw), nonce, aad, plain));
        expect(key.open(nonce, aad, 0, aad.length, room, at, room.length, room, at)).toBe(true);
        expect(room.slice(at, at + plain.length)).toEqual(plain);
      }),
    );
  });

  it('does not open after any single bit of ciphertext, tag, AAD, key or nonce has flipped', () => {
    fc.assert(
      fc.property(rawKey, nonces, short, long, (raw, nonce, aad, plain) => {
        const key = newKey(raw);
        const text = sealed(key, nonce, aad, plain);
        for (let bit = 0; bit < text.length * 8; bit++) {
          expect(opened(key, nonce, aad, flipped(text, bit))).toBeUndefined();
        }
        for (let bit = 0; bit < aad.length * 8; bit++) {
          expect(opened(key, nonce, flipped(aad, bit), text)).toBeUndefined();
        }
        for (let bit = 0; bit < KEY_BYTES * 8; bit++) {
          expect(opened(newKey(flipped(raw, bit)), nonce, aad, text)).toBeUndefined();
        }
        for (let bit = 1; bit <= nonce; bit *= 2) {
          const other = Math.floor(nonce / bit) % 2 === 1 ? nonce - bit : nonce + bit;
          expect(opened(key, other, aad, text)).toBeUndefined();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('does not open shorter or longer, nor with bytes moved between AAD and ciphertext', () => {
    fc.assert(
      fc.property(rawKey, nonces, short, long, (raw, nonce, aad, plain) => {
        const key = newKey(raw);
        const text = sealed(key, nonce, aad, plain);
        for (let length = 0; length < text.length; length++) {
          expect(opened(key, nonce, aad, text.subarray(0, length))).toBeUndefined();
          expect(opened(key, nonce, aad, text.subarray(text.length - length))).toBeUndefined();
        }
        expect(opened(key, nonce, aad, Uint8Array.from([...text, 0]))).toBeUndefined();
        expect(
          opened(key, nonce, aad, Uint8Array.from([...plain, 0, ...text.subarray(plain.length)])),
        ).toBeUndefined();
        expect(opened(key, nonce, Uint8Array.from([...aad, 0]), text)).toBeUndefined();
        if (plain.length > 0) {
          const moved = Uint8Array.from([...aad, plain[0] as number]);
          expect(opened(key, nonce, moved, text.subarray(1))).toBeUndefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('does not open after records of a large buffer have changed places', () => {
    const key = newKey();
    const plain = Uint8Array.from({ length: 64 * 1024 }, (_, i) => (i * i) >> 3);
    const text = sealed(key, 1, new Uint8Array(0), plain);
    for (const [left, right] of [
      [0, 16],
      [0, 4],
      [1000, 60_000],
    ] as const) {
      const swapped = text.slice();
      swapped.set(text.subarray(left, left + 4), right);
      swapped.set(text.subarray(right, right + 4), left);
      expect(swapped).not.toEqual(text);
      expect(opened(key, 1, new Uint8Array(0), swapped)).toBeUndefined();
    }
  });
});

describe('what was sealed where it is', () => {
  const cuts = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300));

  it('has the tag of what was sealed into a buffer, also of bytes that are known never to change', () => {
    fc.assert(
      fc.property(long, fc.nat(40), cuts, fc.nat(8), (plain, headBytes, [a, b], pad) => {
        const bytes = Uint8Array.from([...plain, ...plain]);
        const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].toSorted((x, y) => x - y);
        const headEnd = Math.min(headBytes, bytes.length);
        const memory = new Uint8Array(pad + bytes.length + 3);
        memory.set(bytes, pad);
        const content = {
          head: bytes.slice(0, headEnd),
          body: memory.subarray(pad + headEnd, pad + bytes.length),
        };
        const aad = bytes.subarray(0, 5);
        const expected = sealed(newKey(), 7, aad, bytes.subarray(start, end)).subarray(-TAG_BYTES);
        const suite = new SimCrypto();
        suite.know(memory);
        for (const key of [newKey(), suite.aeadKey(new Uint8Array(KEY_BYTES))]) {
          const tag = new Uint8Array(TAG_BYTES);
          key.sealShared?.(7, aad, 0, aad.length, content, start!, end!, tag);
          expect(tag).toEqual(expected);
          expect(key.openShared?.(7, aad, 0, aad.length, content, start!, end!, tag)).toBe(true);
        }
      }),
    );
  });

  it('does not open with another key, nonce, AAD, tag, place or content', () => {
    const content = {
      head: Uint8Array.of(1, 2, 3, 4),
      body: Uint8Array.from({ length: 200 }, (_, i) => i * i),
    };
    const changed: Gathered = { ...content, body: flipped(content.body, 700) };
    const [aad, tag] = [new Uint8Array(9), new Uint8Array(TAG_BYTES)];
    newKey().sealShared?.(7, aad, 0, 9, content, 0, 204, tag);
    const open = (key: AeadKey, nonce: number, aadEnd: number, what: Gathered, end: number, by: Uint8Array) =>
      key.openShared?.(nonce, aad, 0, aadEnd, what, 0, end, by);
    expect(open(newKey(), 7, 9, content, 204, tag)).toBe(true);
    expect(open(newKey(flipped(new Uint8Array(KEY_BYTES), 77)), 7, 9, content, 204, tag)).toBe(false);
    expect(open(newKey(), 8, 9, content, 204, tag)).toBe(false);
    expect(open(newKey(), 7, 8, content, 204, tag)).toBe(false);
    expect(open(newKey(), 7, 9, content, 203, tag)).toBe(false);
    expect(open(newKey(), 7, 9, content, 204, flipped(tag, 100))).toBe(false);
    expect(open(newKey(), 7, 9, changed, 204, tag)).toBe(false);
  });

  it('is audited like any other seal', () => {
    const suite = new SimCrypto();
    const content = { head: new Uint8Array(0), body: new Uint8Array(8) };
    const key = suite.aeadKey(new Uint8Array(KEY_BYTES));
    const tag = new Uint8Array(TAG_BYTES);
    key.sealShared?.(3, tag, 0, 0, content, 0, 8, tag);
    expect(suite.audit.reuseCount).toBe(0);
    key.seal(3, tag, 0, 0, content.body, 0, 8, new Uint8Array(24), 0);
    expect(suite.audit.reuseCount).toBe(1);
  });
});

describe('the suite', () => {
  it('is the same on every machine: sealed bytes are part of trace hashes (REQ DST-1)', () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, i) => i * i + 7 * i);
    const text = sealed(newKey(bytes.subarray(0, 16)), 7, bytes.subarray(0, 5), bytes.subarray(20, 23));
    expect(hex(text)).toBe('1c4c7e0e9024977197266e924e852dc54f74d2');
    const expanded = new SimCrypto().expand(bytes.subarray(0, 32), 'control', bytes.subarray(0, 3), 20);
    expect(hex(expanded)).toBe('7efe7c598f22fc94196ada610ed71cfb6cd350fe');
  });

  it('refuses keys and secrets of a wrong size, and labels that HKDF would spell differently', () => {
    const suite = new SimCrypto();
    expect(() => suite.aeadKey(new Uint8Array(32))).toThrow(/KEY_BYTES/);
    expect(() => suite.expand(new Uint8Array(16), 'x', new Uint8Array(0), 16)).toThrow(/secret/);
    expect(() => suite.expand(new Uint8Array(32), 'schlüssel', new Uint8Array(0), 16)).toThrow(/ASCII/);
    expect(() =>
      newKey().seal(0, new Uint8Array(0), 0, 0, new Uint8Array(9), 0, 9, new Uint8Array(24), 0),
    ).toThrow(/no room/);
  });

  it('expands to any length, differently for each secret, label, context and length', () => {
    const suite = new SimCrypto();
    const secret = new Uint8Array(32);
    const none = new Uint8Array(0);
    const outputs = [
      suite.expand(secret, '', none, 48),
      suite.expand(flipped(secret, 255), '', none, 48),
      suite.expand(secret, 'a', none, 48),
      suite.expand(secret, '', Uint8Array.of('a'.charCodeAt(0)), 48),
      suite.expand(secret, '\0', none, 48),
      suite.expand(secret, '', Uint8Array.of(0), 48),
      suite.expand(secret, '', none, 47),
    ];
    const prefixes = new Set(outputs.map((each) => hex(each.subarray(0, 16))));
    expect(prefixes.size).toBe(outputs.length);
    expect(outputs.map(({ length }) => length)).toEqual([48, 48, 48, 48, 48, 48, 47]);
    const [first] = outputs as [Uint8Array];
    expect(hex(first.subarray(0, 16))).not.toBe(hex(first.subarray(16, 32)));
    expect(suite.expand(secret, '', none, 48)).toEqual(first);
    expect(suite.expand(secret, '', none, 0).length).toBe(0);
  });
});

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** REQ POOL-15 */
describe('what was authenticated alone', () => {
  it('verifies as it was, and not with any bit changed; its tag is not that of what was sealed', () => {
    fc.assert(
      fc.property(rawKey, nonces, short, long, fc.nat(), (raw, nonce, aad, content, position) => {
        const tag = new Uint8Array(TAG_BYTES);
        const key = newKey(raw);
        key.authenticate(nonce, aad, 0, aad.length, content, 0, content.length, tag, 0);
        expect(sealed(newKey(raw), nonce, aad, content).subarray(content.length)).not.toEqual(tag);
        const isOf = (
          given: Uint8Array,
          inTag: Uint8Array,
          number = nonce,
          text: Uint8Array = aad,
        ): boolean => newKey(raw).verify(number, text, 0, text.length, given, 0, given.length, inTag, 0);
        expect(isOf(content, tag)).toBe(true);
        expect(isOf(content, flipped(tag, position % 128))).toBe(false);
        expect(isOf(content, tag, nonce === 0 ? 1 : nonce - 1)).toBe(false);
        if (aad.length > 0)
          expect(isOf(content, tag, nonce, flipped(aad, position % (aad.length * 8)))).toBe(false);
        if (content.length > 0)
          expect(isOf(flipped(content, position % (content.length * 8)), tag)).toBe(false);
      }),
    );
  });

  it('counts as a use of its nonce', () => {
    const suite = new SimCrypto();
    const key = suite.aeadKey(new Uint8Array(KEY_BYTES));
    const room = new Uint8Array(TAG_BYTES);
    for (let i = 0; i < 2; i += 1) key.authenticate(3, room, 0, 0, room, 0, 0, room, 0);
    expect(suite.audit.reuseCount).toBe(1);
  });
});
