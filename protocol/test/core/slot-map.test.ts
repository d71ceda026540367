import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SlotMap } from '../../core/slot-map.ts';

/** REQ BUF-1. */
describe('SlotMap', () => {
  test('finds what is there and nothing else, against a Map', () => {
    const operation = fc.oneof(fc.constant(-1), fc.nat(30));
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100 }), (operations) => {
        const map = new SlotMap<{ name: number }>(8);
        const model = new Map<number, { name: number }>();
        const handles: number[] = [];
        operations.forEach((choice, name) => {
          if (choice < 0) {
            expect(map.isFull).toBe(model.size === 8);
            if (map.isFull) return;
            const item = { name };
            const handle = map.insert(item);
            expect(handles, 'handles are never reused').not.toContain(handle);
            handles.push(handle);
            model.set(handle, item);
          } else if (handles.length > 0) {
            const handle = handles[choice % handles.length]!;
            expect(map.delete(handle)).toBe(model.delete(handle));
          }
          // Stale handles find nothing, although their slots have new tenants.
          for (const handle of handles) expect(map.get(handle)).toBe(model.get(handle));
          expect(map.size).toBe(model.size);
        });
        const all = new Map<number, { name: number }>();
        map.forEach((item, handle) => all.set(handle, item));
        expect(all).toEqual(model);
      }),
      { numRuns: 300 },
    );
  });

  test('finds nothing for handles it never gave', () => {
    const map = new SlotMap<object>(4);
    map.insert({});
    for (const handle of [-1, 1, 2 ** 26, 2 ** 40, 0.5, Number.NaN, Infinity]) {
      expect(map.get(handle), String(handle)).toBeUndefined();
      expect(map.delete(handle), String(handle)).toBe(false);
    }
  });

  test('refuses to overflow, and a capacity that handles cannot name', () => {
    const map = new SlotMap<object>(1);
    map.insert({});
    expect(() => map.insert({})).toThrow('slot map is full');
    for (const capacity of [0, -1, 2 ** 26 + 1]) expect(() => new SlotMap(capacity)).toThrow('out of range');
  });
});
