import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import { nodeCrypto } from '../../../transports/crypto/node-crypto.ts';
import type { CryptoSuite } from '../../crypto/suite.ts';
import { ENCRYPTED } from '../../records/sealing.ts';
import { Assembly } from '../../records/assembly.ts';
import {
  RECORD_PLAIN_BYTES,
  RECORD_SEALED_BYTES,
  recordCount,
  recordLength,
  sealedSize,
} from '../../records/layout.ts';
import { OutgoingMessage } from '../../records/message.ts';
import { RecordPool } from '../../records/record-pool.ts';
import { SealedBuffer, recordAad } from '../../records/sealed-buffer.ts';
import { pattern, sameBytes } from '../support/pair.ts';

const KEY = pattern(16, 99);
const BORDERS = [1, 2, 65_519, 65_520, 65_521, 131_039, 131_040, 131_041, 200_000];

class Carrier {
  readonly pool = new RecordPool();
  readonly buffer: SealedBuffer;
  readonly assembly: Assembly;
  readonly sealedBytes: number;

  constructor(message: OutgoingMessage, suite: CryptoSuite = new SimCrypto(), aad?: Uint8Array) {
    this.buffer = new SealedBuffer(suite, this.pool, message, 7, 3, KEY);
    this.sealedBytes = this.buffer.sealedBytes;
    const own = recordAad(7, 3, message.sizeBytes, message.head.length);
    this.assembly = new Assembly(message.sizeBytes, suite.aeadKey(KEY), ENCRYPTED, aad ?? own, this.pool);
  }

  /** Moves [start, end), cut at records; the record that failed, or -1. */
  move(start: number, end: number, spoil?: (bytes: Uint8Array) => void): number {
    let failed = -1;
    for (let at = start; at < end;) {
      const stop = Math.min(end, (Math.floor(at / RECORD_SEALED_BYTES) + 1) * RECORD_SEALED_BYTES);
      const bytes = new Uint8Array(stop - at + 5);
      this.buffer.read(at, stop, bytes, 5);
      spoil?.(bytes.subarray(5));
      const result = this.assembly.write(at, bytes, 5, bytes.length);
      if (result >= 0) failed = result;
      at = stop;
    }
    return failed;
  }
}

describe('the layout of records', () => {
  test.each(BORDERS)('a message of %d bytes', (sizeBytes) => {
    const count = Math.ceil(sizeBytes / 65_520);
    expect(recordCount(sizeBytes)).toBe(count);
    expect(sealedSize(sizeBytes)).toBe(sizeBytes + 16 * count);
    const lengths = Array.from({ length: count }, (_, i) => recordLength(i, sealedSize(sizeBytes)));
    expect(lengths.reduce((a, b) => a + b)).toBe(sealedSize(sizeBytes));
    expect(lengths.every((length) => length > 16 && length <= RECORD_SEALED_BYTES)).toBe(true);
    expect(RECORD_PLAIN_BYTES + 16).toBe(RECORD_SEALED_BYTES);
  });
});

/** REQ RDP-3, RDP-5, KEY-3 · MUST RECORD-1, RECORD-2, RECORD-3, RECORD-4. */
describe('a message through records', () => {
  test('arrives whole in pieces of any size and order, with headers anywhere across the records', () => {
    const heads = fc.constantFrom(0, 1, 100, 65_519, 65_520, 65_521);
    const size = fc.constantFrom(...BORDERS);
    const cuts = fc.array(fc.nat(199_999), { maxLength: 12 });
    fc.assert(
      fc.property(size, heads, cuts, fc.nat(), (sizeBytes, headBytes, cutList, order) => {
        const whole = pattern(sizeBytes, order);
        const head = Math.min(headBytes, sizeBytes);
        const message = new OutgoingMessage(whole.subarray(head), whole.subarray(0, head));
        const carrier = new Carrier(message);
        const { sealedBytes } = carrier;
        const edges = [0, ...cutList.map((cut) => cut % sealedBytes).toSorted((a, b) => a - b), sealedBytes];
        const pieces = edges.slice(1).map((end, i) => [edges[i]!, end] as const);
        // A deterministic shuffle.
        pieces.sort((a, b) => ((a[0] * 7919 + order) % 1013) - ((b[0] * 7919 + order) % 1013));
        for (const [start, end] of pieces) {
          expect(carrier.move(start, end)).toBe(-1);
          carrier.buffer.release(start, end);
        }
        expect(carrier.assembly.complete).toBe(true);
        expect(sameBytes(carrier.assembly.plaintext(), whole)).toBe(true);
        expect(carrier.pool.inUse, 'record buffers in use').toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  test('is the same with the production suite', () => {
    const whole = pattern(131_041);
    const carrier = new Carrier(new OutgoingMessage(whole), nodeCrypto);
    carrier.move(0, carrier.sealedBytes);
    expect(sameBytes(carrier.assembly.plaintext(), whole)).toBe(true);
  });

  test('a record is sealed once: what is read again is the same ciphertext', () => {
    const suite = new SimCrypto();
    const carrier = new Carrier(new OutgoingMessage(pattern(100_000)), suite);
    const first = new Uint8Array(carrier.sealedBytes);
    const second = new Uint8Array(carrier.sealedBytes);
    carrier.buffer.read(0, first.length, first, 0);
    carrier.buffer.read(0, second.length, second, 0);
    expect(sameBytes(first, second)).toBe(true);
    expect(suite.audit.reuses).toEqual([]);
  });

  test('a corrupted record is named, is not delivered, and can come again', () => {
    const whole = pattern(200_000);
    const carrier = new Carrier(new OutgoingMessage(whole));
    const [start, end] = [RECORD_SEALED_BYTES, 2 * RECORD_SEALED_BYTES];
    expect(carrier.move(0, start)).toBe(-1);
    const spoiled = carrier.move(start, end, (bytes) => {
      bytes[1000]! ^= 1;
    });
    expect(spoiled).toBe(1);
    expect(carrier.move(end, carrier.sealedBytes)).toBe(-1);
    expect(carrier.assembly.complete).toBe(false);
    expect(carrier.move(start, end)).toBe(-1);
    expect(carrier.assembly.complete).toBe(true);
    expect(sameBytes(carrier.assembly.plaintext(), whole)).toBe(true);
    carrier.buffer.destroy();
    expect(carrier.pool.inUse).toBe(0);
  });

  test.each([
    ['slot', recordAad(8, 3, 70_000, 0)],
    ['generation', recordAad(7, 4, 70_000, 0)],
    ['size', recordAad(7, 3, 70_001, 0)],
    ['header size', recordAad(7, 3, 70_000, 1)],
  ])('records of a buffer of another %s do not verify', (_name, aad) => {
    const carrier = new Carrier(new OutgoingMessage(pattern(70_000)), new SimCrypto(), aad);
    expect(carrier.move(0, RECORD_SEALED_BYTES)).toBe(0);
    expect(carrier.assembly.complete).toBe(false);
  });

  test('a record in the place of another does not verify', () => {
    const carrier = new Carrier(new OutgoingMessage(pattern(200_000)));
    const bytes = new Uint8Array(RECORD_SEALED_BYTES);
    carrier.buffer.read(0, RECORD_SEALED_BYTES, bytes, 0);
    expect(carrier.assembly.write(RECORD_SEALED_BYTES, bytes, 0, bytes.length)).toBe(1);
  });

  // Where messages go by reference, four records that came as bytes may wait for another that does.
  test.each([
    ['production', nodeCrypto, 2],
    ['simulated', new SimCrypto(), 2 + 4],
  ])(
    'memory on both sides is what is in flight, and none when either side ends early: %s',
    (_, suite, most) => {
      const carrier = new Carrier(new OutgoingMessage(pattern(1_000_000)), suite);
      for (let at = 0; at < 900_000; at += RECORD_SEALED_BYTES) {
        const end = Math.min(at + RECORD_SEALED_BYTES, 900_000);
        carrier.move(at, end);
        carrier.buffer.release(at, end);
        expect(carrier.pool.inUse).toBeLessThanOrEqual(most);
      }
      expect(carrier.pool.inUse).toBeGreaterThan(0);
      carrier.assembly.destroy();
      carrier.buffer.destroy();
      expect(carrier.pool.inUse).toBe(0);
    },
  );

  describe('by reference', () => {
    /** Moves [start, end) by reference, cut at records; the record that failed, or -1. */
    const refer = (carrier: Carrier, start: number, end: number): number => {
      let failed = -1;
      for (let at = start; at < end;) {
        const stop = Math.min(end, (Math.floor(at / RECORD_SEALED_BYTES) + 1) * RECORD_SEALED_BYTES);
        const shared = carrier.buffer.share(at, stop);
        const result =
          shared === undefined ? carrier.move(at, stop) : carrier.assembly.write(at, shared, at, stop);
        if (result >= 0) failed = result;
        at = stop;
      }
      return failed;
    };

    test('it arrives whole in any order, whichever pieces are copied; if one record is not, it is where the sender has it', () => {
      const cuts = fc.array(fc.tuple(fc.nat(199_999), fc.boolean()), { maxLength: 12 });
      fc.assert(
        fc.property(
          fc.constantFrom(...BORDERS),
          fc.nat(9),
          cuts,
          fc.nat(),
          (sizeBytes, head, cutList, order) => {
            const whole = pattern(sizeBytes, order);
            const headBytes = Math.min(head, sizeBytes);
            const message = new OutgoingMessage(whole.subarray(headBytes), whole.slice(0, headBytes));
            const carrier = new Carrier(message);
            const { sealedBytes } = carrier;
            const edges = [
              [0, true] as const,
              ...cutList.map(([cut, by]) => [cut % sealedBytes, by] as const),
            ];
            edges.sort((a, b) => a[0] - b[0]);
            const pieces = edges.map(
              ([start, by], i) => [start, edges[i + 1]?.[0] ?? sealedBytes, by] as const,
            );
            pieces.sort((a, b) => ((a[0] * 7919 + order) % 1013) - ((b[0] * 7919 + order) % 1013));
            for (const [start, end, by] of pieces) {
              expect(by ? refer(carrier, start, end) : carrier.move(start, end)).toBe(-1);
            }
            expect(carrier.assembly.complete).toBe(true);
            const received = carrier.assembly.message(headBytes);
            expect(received.head.length).toBe(headBytes);
            expect(sameBytes(Buffer.concat([received.head, received.body]), whole)).toBe(true);
            const copied = new Set<number>();
            for (const [start, end, by] of pieces) {
              for (let at = start; !by && at < end; at = (Math.floor(at / 65_536) + 1) * 65_536)
                copied.add(Math.floor(at / 65_536));
            }
            expect(received === message).toBe(copied.size < recordCount(sizeBytes));
            carrier.buffer.destroy();
            expect(carrier.pool.inUse).toBe(0);
          },
        ),
        { numRuns: 150 },
      );
    });

    test('what came early as bytes is not copied, nor is the rest', () => {
      const message = new OutgoingMessage(pattern(500_000));
      const carrier = new Carrier(message);
      carrier.move(0, 80_000);
      refer(carrier, 80_000, carrier.sealedBytes);
      expect(carrier.assembly.message(0)).toBe(message);
      carrier.buffer.destroy();
      expect(carrier.pool.inUse).toBe(0);
    });

    test('a record that came as bytes is not replaced by another that the sender has there', () => {
      const whole = pattern(200_000);
      const other = whole.slice();
      other[10]! ^= 1;
      const carrier = new Carrier(new OutgoingMessage(whole));
      const liar = new Carrier(new OutgoingMessage(other));
      for (const order of ['bytes first', 'reference first']) {
        const receiver = new Carrier(new OutgoingMessage(whole));
        const bytes = new Uint8Array(RECORD_SEALED_BYTES);
        carrier.buffer.read(0, bytes.length, bytes, 0);
        const byReference = (index: number): number => {
          const start = index * RECORD_SEALED_BYTES;
          const end = start + recordLength(index, receiver.sealedBytes);
          return receiver.assembly.write(start, liar.buffer.share(start, end)!, start, end);
        };
        if (order === 'reference first') expect(byReference(1)).toBe(-1);
        expect(receiver.assembly.write(0, bytes, 0, bytes.length)).toBe(-1);
        if (order === 'bytes first') expect(byReference(1)).toBe(-1);
        expect(byReference(2)).toBe(-1);
        expect(byReference(3)).toBe(-1);
        expect(sameBytes(receiver.assembly.message(0).body, whole), order).toBe(true);
        expect(receiver.pool.inUse, order).toBe(0);
      }
    });

    test('a corrupted piece spoils its record alone', () => {
      const carrier = new Carrier(new OutgoingMessage(pattern(100_000)));
      expect(refer(carrier, 0, 30_000)).toBe(-1);
      expect(carrier.move(30_000, 31_000, (bytes) => (bytes[7]! ^= 1))).toBe(-1);
      expect(refer(carrier, 31_000, 65_536)).toBe(0);
      expect(refer(carrier, 65_536, carrier.sealedBytes)).toBe(-1);
      expect(refer(carrier, 0, 65_536)).toBe(-1);
      expect(carrier.assembly.complete).toBe(true);
    });

    test('a byte that came twice does not stand for one that is missing', () => {
      const carrier = new Carrier(new OutgoingMessage(pattern(1000)));
      expect(refer(carrier, 0, 500)).toBe(-1);
      expect(refer(carrier, 499, carrier.sealedBytes - 1)).toBe(0);
      expect(carrier.assembly.complete).toBe(false);
    });

    test('a record that was handed on and then released is not handed on again', () => {
      const { buffer, sealedBytes } = new Carrier(new OutgoingMessage(pattern(100_000)));
      const shared = buffer.share(0, 1000);
      expect(buffer.share(1000, 2000)).toBe(shared);
      expect(buffer.share(70_000, 71_000)).toBe(shared);
      buffer.release(0, sealedBytes);
      for (const start of [0, 70_000])
        expect(() => buffer.share(start, start + 10)).toThrow('after it had been dropped');
    });

    test('content that changed meanwhile, and records of another buffer, do not verify', () => {
      const body = pattern(1000);
      const carrier = new Carrier(new OutgoingMessage(body));
      expect(refer(carrier, 0, 500)).toBe(-1);
      body[700]! ^= 1;
      expect(refer(carrier, 500, carrier.sealedBytes)).toBe(0);
      const other = new Carrier(
        new OutgoingMessage(pattern(1000)),
        new SimCrypto(),
        recordAad(8, 3, 1000, 0),
      );
      expect(refer(other, 0, other.sealedBytes)).toBe(0);
    });
  });

  test('releasing a byte twice, or reading a released record, is a bug that is noticed', () => {
    const carrier = new Carrier(new OutgoingMessage(pattern(1000)));
    carrier.buffer.release(0, carrier.sealedBytes);
    expect(() => carrier.buffer.release(0, 1)).toThrow('released twice');
    expect(() => carrier.buffer.read(0, 10, new Uint8Array(10), 0)).toThrow('after it had been dropped');
  });
});

test('OutgoingMessage copies any part of head and body', () => {
  const whole = pattern(50);
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (head, a, b) => {
      const message = new OutgoingMessage(whole.subarray(head), whole.subarray(0, head));
      expect(message.sizeBytes).toBe(50);
      const [start, end] = a < b ? [a, b] : [b, a];
      const out = new Uint8Array(60).fill(0xaa);
      message.copy(start, end, out, 5);
      expect(sameBytes(out.subarray(5, 5 + end - start), whole.subarray(start, end))).toBe(true);
      expect(out.subarray(0, 5).every((byte) => byte === 0xaa)).toBe(true);
      expect(out.subarray(5 + end - start).every((byte) => byte === 0xaa)).toBe(true);
    }),
  );
});
