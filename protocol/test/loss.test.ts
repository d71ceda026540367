import { describe, expect, test } from 'vitest';
import type { Datagram, Delivery, Hook } from './support/net.ts';
import { expectEcho } from './support/pair.ts';
import type { PairConfig } from './support/pair.ts';

/** Inline both ways; pulled both ways in a few packets; pulled over more than one record. */
const SIZES = [
  ['inline', 200],
  ['pulled', 4000],
  ['two records', 70_000],
] as const;

const RESOLVE: PairConfig = { resolve: true };

function countOf(sizeBytes: number, config?: PairConfig): number {
  return expectEcho(sizeBytes, undefined, config).net.sent.length;
}

/** One thing happens to datagram `index`; all else arrives. */
function only(index: number, deliveries: Delivery[]): Hook {
  return (datagram: Datagram) => (datagram.index === index ? deliveries : undefined);
}

/** REQ XFER-3, XFER-5, PAT-11 · MUST NOTIFY-2, NOTIFY-3, LOSS-1, LOSS-2, RACK-1. */
describe.each(SIZES)('an exchange, %s', (_name, sizeBytes) => {
  const count = countOf(sizeBytes);

  test('survives the loss of each datagram in turn', () => {
    expect(count).toBeGreaterThan(2);
    for (let k = 0; k < count; k += 1) expectEcho(sizeBytes, only(k, []));
  });

  test('takes each datagram twice in turn, at once and much later', () => {
    expect(count).toBeGreaterThan(2);
    for (let k = 0; k < count; k += 1) {
      expectEcho(sizeBytes, only(k, [{}, {}]));
      expectEcho(sizeBytes, only(k, [{}, { delayNs: 3_000_000 }]));
    }
  });

  test('takes each datagram last in turn', () => {
    expect(count).toBeGreaterThan(2);
    for (let k = 0; k < count; k += 1) expectEcho(sizeBytes, only(k, [{ delayNs: 2_000_000 }]));
  });

  test('survives a corrupted byte in each datagram in turn', () => {
    expect(count).toBeGreaterThan(2);
    for (let k = 0; k < count; k += 1) {
      for (const where of [0, 0.4, 1]) {
        expectEcho(sizeBytes, (datagram) => {
          if (datagram.index !== k) return undefined;
          const bytes = datagram.bytes.slice();
          bytes[Math.floor(where * (bytes.length - 1))]! ^= 0x10;
          return [{ bytes }];
        });
      }
    }
  });

  test('survives the loss of the same datagram again and again', () => {
    expect(count).toBeGreaterThan(2);
    for (let k = 0; k < Math.min(count, 12); k += 1) {
      expectEcho(sizeBytes, (datagram) => (datagram.index >= k && datagram.index < k + 6 ? [] : undefined));
    }
  });
});

describe('an exchange of few datagrams', () => {
  test.each([
    ['inline', 200],
    ['pulled', 2500],
  ] as const)('survives the loss of every pair of them, %s', (_name, sizeBytes) => {
    // What a first loss sends again can be lost too: hence twice the count.
    const count = countOf(sizeBytes) * 2;
    expect(count).toBeGreaterThan(5);
    for (let i = 0; i < count; i += 1) {
      for (let j = i + 1; j < count; j += 1) {
        expectEcho(sizeBytes, ({ index }) => (index === i || index === j ? [] : undefined));
      }
    }
  });

  test('with a resolved peer survives the loss, the doubling and the delay of each', () => {
    for (const sizeBytes of [200, 4000]) {
      const count = countOf(sizeBytes, RESOLVE);
      expect(count).toBeGreaterThan(4);
      for (let k = 0; k < count; k += 1) {
        expectEcho(sizeBytes, only(k, []), RESOLVE);
        expectEcho(sizeBytes, only(k, [{}, { delayNs: 500_000 }]), RESOLVE);
        expectEcho(sizeBytes, only(k, [{ delayNs: 2_000_000 }]), RESOLVE);
      }
    }
  });
});
