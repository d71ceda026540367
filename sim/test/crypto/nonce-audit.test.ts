import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuditedSuite } from '../../crypto/audited-suite.ts';
import { NonceAudit, type NonceReuse, REUSES_KEPT_MAX } from '../../crypto/nonce-audit.ts';
import { SimCrypto } from '../../crypto/sim-crypto.ts';
import { type AeadKey, type CryptoSuite, TAG_BYTES } from '../../../protocol/crypto/suite.ts';

const raw = new Uint8Array(16).fill(0xab);
const none = new Uint8Array(0);

function seal(key: AeadKey, nonce: number): void {
  key.seal(nonce, none, 0, 0, none, 0, 0, new Uint8Array(TAG_BYTES), 0);
}

describe('a nonce that seals twice is a violation (REQ DST-6)', () => {
  it('whichever endpoint imported the key, and also with the same content', () => {
    const reported: NonceReuse[] = [];
    const audit = new NonceAudit((reuse) => void reported.push(reuse));
    const client = new SimCrypto(audit).aeadKey(raw);
    const restarted = new SimCrypto(audit).aeadKey(raw.slice());
    seal(client, 5);
    seal(client, 6);
    expect(audit.reuses).toEqual([]);
    seal(restarted, 5);
    const reuse = { key: 'ab'.repeat(16), nonce: 5 };
    expect([audit.reuses, reported, audit.reuseCount]).toEqual([[reuse], [reuse], 1]);
  });

  it('but not under another key, nor when it opens', () => {
    const audit = new NonceAudit();
    const suite = new SimCrypto(audit);
    const key = suite.aeadKey(raw);
    seal(key, 5);
    seal(suite.aeadKey(new Uint8Array(16)), 5);
    const text = new Uint8Array(TAG_BYTES);
    for (let i = 0; i < 3; i++) key.open(5, none, 0, 0, text, 0, TAG_BYTES, text, 0);
    expect([audit.reuseCount, audit.keys]).toEqual([0, 2]);
  });

  it('is noticed in any order of nonces, exactly as a set would', () => {
    const nonce = fc.oneof(fc.nat(30), fc.constantFrom(2 ** 32, 2 ** 53 - 2));
    fc.assert(
      fc.property(fc.array(nonce, { maxLength: 60, size: 'max' }), (nonces) => {
        const audit = new NonceAudit();
        const ledger = audit.ledger(raw);
        const seen = new Set<number>();
        const expected: number[] = [];
        for (const each of nonces) {
          if (seen.has(each)) expected.push(each);
          seen.add(each);
          ledger.use(each);
        }
        expect(audit.reuses.map((reuse) => reuse.nonce)).toEqual(expected);
      }),
    );
  });

  it('is counted for ever and kept in detail a bounded number of times', () => {
    const audit = new NonceAudit();
    const key = new SimCrypto(audit).aeadKey(raw);
    for (let i = 0; i < 3 * REUSES_KEPT_MAX; i++) seal(key, 1);
    expect([audit.reuseCount, audit.reuses.length]).toEqual([3 * REUSES_KEPT_MAX - 1, REUSES_KEPT_MAX]);
  });

  it('and what is no nonce is a mistake', () => {
    for (const nonce of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER]) {
      expect(() => new NonceAudit().ledger(raw).use(nonce)).toThrow(/nonce/);
    }
  });
});

describe('AuditedSuite', () => {
  it('enters the seals of any suite and passes everything on', () => {
    const plainSuite: CryptoSuite = new SimCrypto();
    const audit = new NonceAudit();
    const suite = new AuditedSuite(new SimCrypto(), audit);
    const plain = Uint8Array.of(1, 2, 3);
    const aad = Uint8Array.of(9);
    const [out, direct] = [new Uint8Array(3 + TAG_BYTES), new Uint8Array(3 + TAG_BYTES)];
    suite.aeadKey(raw).seal(8, aad, 0, 1, plain, 0, 3, out, 0);
    plainSuite.aeadKey(raw).seal(8, aad, 0, 1, plain, 0, 3, direct, 0);
    expect(out).toEqual(direct);
    expect(suite.aeadKey(raw).open(8, aad, 0, 1, out, 0, out.length, out, 0)).toBe(true);
    expect(suite.aeadKey(raw).open(9, aad, 0, 1, direct, 0, out.length, out, 0)).toBe(false);
    const secret = new Uint8Array(32);
    expect(suite.expand(secret, 'l', aad, 9)).toEqual(plainSuite.expand(secret, 'l', aad, 9));
    expect([suite.name, audit.reuseCount]).toEqual(['sim', 0]);
    seal(suite.aeadKey(raw), 8);
    expect(audit.reuseCount).toBe(1);
  });
});

describe('a key that seals too often is a violation (REQ KEY-4, DST-6)', () => {
  it('if it was derived for what the limit is for, once', () => {
    const exceeded: string[] = [];
    const audit = new NonceAudit(undefined, {
      label: 'a',
      sealsMax: 2,
      onExceeded: (key) => exceeded.push(key),
    });
    const suite = new SimCrypto(audit);
    const [limited, free] = ['a', 'b'].map((label) =>
      suite.aeadKey(suite.expand(new Uint8Array(32), label, none, 16)),
    ) as [AeadKey, AeadKey];
    for (let nonce = 0; nonce < 2; nonce++) seal(limited, nonce);
    for (let nonce = 0; nonce < 5; nonce++) seal(free, nonce);
    expect(exceeded).toEqual([]);
    for (let nonce = 2; nonce < 5; nonce++) seal(limited, nonce);
    expect(exceeded).toHaveLength(1);
  });
});

/** MUST RECORD-2 */
describe('a record that does not say how long its message is', () => {
  it.each([
    ['whole', 70_000, 0, 65_520, 0],
    ['the last one', 70_000, 1, 4480, 0],
    ['of a message of another size', 70_001, 1, 4480, 1],
    ['of a message of no size', 0, 0, 100, 1],
  ])('is reported: %s', (_what, sizeBytes, index, plainBytes, count) => {
    const unbound: number[] = [];
    const audit = new NonceAudit(undefined, undefined, (_key, record) => void unbound.push(record));
    const aad = new Uint8Array(24);
    new DataView(aad.buffer).setUint32(12, sizeBytes);
    const plain = new Uint8Array(plainBytes);
    for (const suite of [new SimCrypto(audit), new AuditedSuite(new SimCrypto(), audit)]) {
      const key = suite.aeadKey(raw.map((byte, i) => byte + i + Number(suite instanceof AuditedSuite)));
      key.seal(index, aad, 0, 24, plain, 0, plainBytes, new Uint8Array(plainBytes + TAG_BYTES), 0);
    }
    expect(unbound).toEqual(new Array(2 * count).fill(index));
  });
});
