import { webcrypto } from 'node:crypto';
import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { TAG_BYTES, type AeadKey } from '../../protocol/crypto/suite.ts';
import { chooseCrypto } from '../crypto/choose.ts';
import { nodeCrypto } from '../crypto/node-crypto.ts';
import { loadFfi } from '../native/load.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const NONE = new Uint8Array(0);

function seal(key: AeadKey, nonce: number, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const out = new Uint8Array(plain.length + TAG_BYTES);
  key.seal(nonce, aad, 0, aad.length, plain, 0, plain.length, out, 0);
  return out;
}

function open(key: AeadKey, nonce: number, aad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(Math.max(0, sealed.length - TAG_BYTES));
  return key.open(nonce, aad, 0, aad.length, sealed, 0, sealed.length, out, 0) ? out : undefined;
}

const koffi = loadFfi(() => {}, ['koffi']);
const native = koffi === undefined ? nodeCrypto : chooseCrypto(koffi);
it.skipIf(native === nodeCrypto)('OpenSSL was called directly: koffi is here', () => {
  expect(native).not.toBe(nodeCrypto);
});
const SUITES = native === nodeCrypto ? [nodeCrypto] : [nodeCrypto, native];
const NAMES = ['node:crypto', 'OpenSSL called directly'];

describe.each(SUITES.map((suite, i) => ({ suite, name: NAMES[i] })))('$name', ({ suite }) => {
  describe('AES-128-GCM', () => {
    // McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test cases 1 and 2.
    it.each([
      ['', '58e2fccefa7e3061367f1d57a4e7455a'],
      ['00'.repeat(16), '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf'],
    ])('gives the published ciphertext and tag of %j', (plain, sealed) => {
      const key = suite.aeadKey(new Uint8Array(16));
      expect(seal(key, 0, NONE, hex(plain))).toEqual(hex(sealed));
      expect(open(key, 0, NONE, hex(sealed))).toEqual(hex(plain));
    });

    const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ minLength, maxLength });

    test.prop([bytes(16, 16), fc.maxSafeNat(), bytes(0, 60), bytes(0, 1500)])(
      'agrees with another implementation, nonce big endian in 96 bits',
      async (raw, nonce, aad, plain) => {
        const iv = hex(nonce.toString(16).padStart(24, '0'));
        const key = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
        const expected = await webcrypto.subtle.encrypt(
          { name: 'AES-GCM', iv, additionalData: aad },
          key,
          plain,
        );
        expect(seal(suite.aeadKey(raw), nonce, aad, plain)).toEqual(new Uint8Array(expected));
      },
    );

    /** REQ POOL-15 */
    test.prop([bytes(16, 16), fc.maxSafeNat(), bytes(0, 60), bytes(0, 1500), fc.nat()])(
      'authenticates alone as another implementation seals nothing, and refuses a flipped bit',
      async (raw, nonce, aad, content, position) => {
        const iv = hex(nonce.toString(16).padStart(24, '0'));
        const webKey = await webcrypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
        const additionalData = Buffer.concat([aad, content]);
        const expected = await webcrypto.subtle.encrypt(
          { name: 'AES-GCM', iv, additionalData },
          webKey,
          NONE,
        );
        const key = suite.aeadKey(raw);
        const tag = new Uint8Array(TAG_BYTES + 3);
        key.authenticate(nonce, aad, 0, aad.length, content, 0, content.length, tag, 3);
        expect(tag.subarray(3)).toEqual(new Uint8Array(expected));
        const verify = (): boolean =>
          key.verify(nonce, aad, 0, aad.length, content, 0, content.length, tag, 3);
        expect(verify()).toBe(true);
        const target = content.length > 0 ? content : tag.subarray(3);
        target[(position >> 3) % target.length]! ^= 1 << (position & 7);
        expect(verify()).toBe(false);
      },
    );

    test.prop([bytes(0, 40), bytes(0, 200), fc.nat(), fc.boolean()])(
      'refuses every single flipped bit of ciphertext, tag and AAD',
      (aad, plain, position, inAad) => {
        const key = suite.aeadKey(new Uint8Array(16).fill(7));
        const sealed = seal(key, 5, aad, plain);
        const target = inAad && aad.length > 0 ? aad : sealed;
        const bit = position % (target.length * 8);
        target[bit >> 3]! ^= 1 << (bit & 7);
        expect(open(key, 5, aad, sealed)).toBeUndefined();
      },
    );

    it('refuses all bits of one packet, another nonce and another key', () => {
      const key = suite.aeadKey(new Uint8Array(16).fill(7));
      const aad = new Uint8Array(9).fill(1);
      const sealed = seal(key, 2 ** 40 + 3, aad, new Uint8Array(33).fill(2));
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        sealed[bit >> 3]! ^= 1 << (bit & 7);
        expect(open(key, 2 ** 40 + 3, aad, sealed)).toBeUndefined();
        sealed[bit >> 3]! ^= 1 << (bit & 7);
      }
      expect(open(key, 2 ** 40 + 3, aad, sealed)).toBeDefined();
      expect(open(key, 3, aad, sealed)).toBeUndefined();
      expect(open(suite.aeadKey(new Uint8Array(16)), 2 ** 40 + 3, aad, sealed)).toBeUndefined();
    });

    test.prop([bytes(0, 40), bytes(0, 300), fc.nat({ max: 20 })])(
      'works in place and touches nothing around it',
      (header, plain, slack) => {
        const key = suite.aeadKey(new Uint8Array(16).fill(3));
        const start = header.length;
        const sealedEnd = start + plain.length + TAG_BYTES;
        const packet = new Uint8Array(sealedEnd + slack).fill(0xee);
        packet.set(header);
        packet.set(plain, start);
        key.seal(9, packet, 0, start, packet, start, start + plain.length, packet, start);
        expect(packet.subarray(start, sealedEnd)).toEqual(seal(key, 9, header, plain));
        expect(key.open(9, packet, 0, start, packet, start, sealedEnd, packet, start)).toBe(true);
        expect(packet.subarray(0, start)).toEqual(header);
        expect(packet.subarray(start, start + plain.length)).toEqual(plain);
        expect(packet.subarray(sealedEnd)).toEqual(new Uint8Array(slack).fill(0xee));
      },
    );

    test.prop([bytes(0, 64), bytes(0, 64), fc.maxSafeNat()])(
      'never throws on hostile bytes',
      (aad, junk, nonce) => {
        const key = suite.aeadKey(new Uint8Array(16).fill(3));
        expect(open(key, nonce, aad, junk)).toBeUndefined();
      },
    );
  });

  describe('HKDF-Expand', () => {
    // RFC 5869 appendix A.1 to A.3.
    it.each([
      [
        '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
        'f0f1f2f3f4f5f6f7f8f9',
        '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
      ],
      [
        '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
        Buffer.from(Array.from({ length: 80 }, (_, i) => 0xb0 + i)).toString('hex'),
        'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
      ],
      [
        '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
        '',
        '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
      ],
    ])('gives the published output of %s', (prk, info, okm) => {
      expect(suite.expand(hex(prk), '', hex(info), okm.length / 2)).toEqual(hex(okm));
    });

    it('uses the label, then the context, as info', () => {
      const secret = new Uint8Array(32).fill(9);
      const info = hex('6463717569630102'); // "dcquic", 1, 2
      expect(suite.expand(secret, 'dcquic', Uint8Array.of(1, 2), 48)).toEqual(
        suite.expand(secret, '', info, 48),
      );
    });
  });

  it('works on parts of shared memory, and on whole records', () => {
    const key = suite.aeadKey(new Uint8Array(16).fill(3));
    const shared = new Uint8Array(new SharedArrayBuffer(200_000), 1000);
    for (let i = 0; i < shared.length; i += 1) shared[i] = i * 7;
    const aad = shared.slice(0, 1000);
    const out = new Uint8Array(70_000);
    key.seal(1, shared, 0, 1000, shared, 1000, 66_000, out, 10);
    expect(out.subarray(10, 65_026)).toEqual(
      seal(nodeCrypto.aeadKey(new Uint8Array(16).fill(3)), 1, aad, shared.slice(1000, 66_000)),
    );
    expect(key.open(1, aad, 0, 1000, out, 10, 65_026, shared, 100_000)).toBe(true);
    expect(shared.slice(100_000, 165_000)).toEqual(shared.slice(1000, 66_000));
  });

  it('refuses ranges outside of their arrays, before anything is written', () => {
    const key = suite.aeadKey(new Uint8Array(16));
    const bytes = new Uint8Array(100);
    expect(() => key.seal(0, bytes, 0, 0, bytes, 90, 101, bytes, 0)).toThrow();
    expect(() => key.seal(0, bytes, 0, 0, bytes, 0, 90, bytes, 0)).toThrow();
    expect(() => key.open(0, bytes, 0, 0, bytes, 0, 116, bytes, 0)).toThrow();
    expect(() => key.open(0, bytes, 0, 0, bytes, 0, 100, new Uint8Array(10), 0)).toThrow();
    expect(bytes).toEqual(new Uint8Array(100));
  });
});
