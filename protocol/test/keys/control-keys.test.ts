import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SimCrypto } from '../../../sim/crypto/sim-crypto.ts';
import type { AeadKey } from '../../crypto/suite.ts';
import { ControlReceiveKeys, ControlSendKeys, deriveControlKey } from '../../keys/control-keys.ts';
import { pathSecret } from '../support/pair.ts';

/** A key that is only a name, and a count of how many were derived. */
class Derivations {
  count = 0;
  readonly derive = (phase: number): AeadKey => {
    this.count += 1;
    return { phase } as unknown as AeadKey;
  };
}

function phaseOf(key: AeadKey | undefined): number | undefined {
  return (key as { phase: number } | undefined)?.phase;
}

/** REQ KEY-2, KEY-8 · MUST KEY-1. */
describe('deriveControlKey', () => {
  test('every part of the context makes another key', () => {
    const suite = new SimCrypto();
    const sealed = (...context: Parameters<typeof deriveControlKey>): string => {
      const out = new Uint8Array(20);
      deriveControlKey(...context).seal(1, out, 0, 0, new Uint8Array(4), 0, 4, out, 0);
      return out.toString();
    };
    const variants = [
      sealed(suite, pathSecret(0), 'client', { hi: 0, lo: 1 }, 2, 3),
      sealed(suite, pathSecret(1), 'client', { hi: 0, lo: 1 }, 2, 3),
      sealed(suite, pathSecret(0), 'server', { hi: 0, lo: 1 }, 2, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 0, lo: 2 }, 2, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 1, lo: 1 }, 2, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 1, lo: 0 }, 2, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 2 ** 31, lo: 1 }, 2, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 0, lo: 1 + 2 ** 31 }, 2, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 0, lo: 1 }, 3, 3),
      sealed(suite, pathSecret(0), 'client', { hi: 0, lo: 1 }, 2, 4),
      sealed(suite, pathSecret(0), 'client', { hi: 0, lo: 1 }, 2, 3 + 2 ** 32),
    ];
    expect(new Set(variants).size).toBe(variants.length);
  });
});

/** REQ KEY-4, SEC-3, TEST-U7 · MUST KEY-2. */
describe('ControlSendKeys', () => {
  test('no key seals more packets than it may, and phases only grow by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(60), (packetsMax, packets) => {
        const keys = new ControlSendKeys(new Derivations().derive, packetsMax);
        const used = new Map<number, number>();
        for (let i = 0; i < packets; i += 1) {
          const phase = phaseOf(keys.use())!;
          expect(phase).toBe(keys.phase);
          expect(phase).toBe(Math.floor(i / packetsMax));
          used.set(phase, (used.get(phase) ?? 0) + 1);
        }
        expect(Math.max(0, ...used.values())).toBeLessThanOrEqual(packetsMax);
      }),
    );
  });
});

/** REQ KEY-5, KEY-9 · MUST KEY-5. */
describe('ControlReceiveKeys', () => {
  test('packets of the phase before the newest still open, those of older ones do not', () => {
    const keys = new ControlReceiveKeys(new Derivations().derive, 0);
    expect(phaseOf(keys.keyFor(1))).toBe(1);
    keys.confirm(1);
    expect([0, 1, 2].map((phase) => phaseOf(keys.keyFor(phase)))).toEqual([0, 1, 2]);
    keys.keyFor(2);
    keys.confirm(2);
    expect([0, 1, 2].map((phase) => phaseOf(keys.keyFor(phase)))).toEqual([undefined, 1, 2]);
  });

  test('a phase does not become the newest before a packet of it has authenticated', () => {
    const keys = new ControlReceiveKeys(new Derivations().derive, 5);
    for (let i = 0; i < 10; i += 1) keys.keyFor(7);
    expect(keys.phase).toBe(5);
    expect([4, 5, 6, 7].map((phase) => phaseOf(keys.keyFor(phase)))).toEqual([4, 5, 6, 7]);
    expect(keys.keyFor(3)).toBe(undefined);
  });

  // The first packet may have overtaken others of the epoch.
  test('the phase before that of the first packet opens, too, and is derived once', () => {
    const derivations = new Derivations();
    const keys = new ControlReceiveKeys(derivations.derive, 5);
    for (let i = 0; i < 3; i += 1) expect(phaseOf(keys.keyFor(4))).toBe(4);
    expect(derivations.count).toBe(2);
  });

  test('any number of phases may be lost, and a packet of the one before that comes late still opens', () => {
    for (const lost of [1, 2, 3, 1000, 2 ** 53 - 3]) {
      const derivations = new Derivations();
      const keys = new ControlReceiveKeys(derivations.derive, 0);
      for (let i = 0; i < 5; i += 1) expect(phaseOf(keys.keyFor(lost + 1))).toBe(lost + 1);
      expect(derivations.count, 'derivations for a phase that repeats').toBe(2);
      keys.confirm(lost + 1);
      expect([lost - 1, lost, lost + 1].map((phase) => phaseOf(keys.keyFor(phase)))).toEqual([
        undefined,
        lost,
        lost + 1,
      ]);
    }
  });

  test('any order of arrival gives each packet the key of its own phase, or none', () => {
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 40 }),
        (first, packets) => {
          const keys = new ControlReceiveKeys(new Derivations().derive, first);
          let newest = first;
          for (const [phase, authentic] of packets) {
            const key = keys.keyFor(phase);
            if (key !== undefined) expect(phaseOf(key)).toBe(phase);
            expect(key !== undefined, `phase ${phase} at newest ${newest}`).toBe(phase >= newest - 1);
            if (key === undefined || !authentic) continue;
            keys.confirm(phase);
            newest = Math.max(newest, phase);
            expect(keys.phase).toBe(newest);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
