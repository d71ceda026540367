import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Ring } from '../../workers/ring.ts';

const CAPACITY = 256;

/** REQ POOL-9, POOL-10 */
describe('a ring', () => {
  /** Lengths to write; 0 … 3 reads after each. */
  const steps = fc.array(
    fc.record({ length: fc.nat({ max: CAPACITY / 2 - 4 }), reads: fc.nat({ max: 3 }) }),
    { maxLength: 200 },
  );

  test.prop([steps, fc.constantFrom(0, 2 ** 31 - 64, 2 ** 32 - 128)])(
    'gives back what was written, in order, and refuses what has no room, also where positions overflow',
    (all, from) => {
      const memory = Ring.memory(CAPACITY);
      const positions = new Int32Array(memory);
      positions[0] = positions[16] = from | 0;
      const [writer, reader] = [new Ring(memory), new Ring(memory)];
      const model: { length: number; fill: number }[] = [];
      let fill = 0;
      for (const { length, reads } of all) {
        const room = writer.reserve(length);
        if (room !== undefined) {
          fill = (fill + 1) & 255;
          expect(room.length).toBe(length);
          room.fill(fill);
          writer.commit();
          writer.show();
          model.push({ length, fill });
        } else {
          expect(model.length).toBeGreaterThan(0);
        }
        for (let i = 0; i < reads; i += 1) {
          const bytes = reader.read();
          const expected = model.shift();
          expect(bytes?.length).toBe(expected?.length);
          if (bytes === undefined || expected === undefined) break;
          expect(bytes.every((byte) => byte === expected.fill)).toBe(true);
          reader.release();
        }
      }
      expect(reader.isEmpty).toBe(model.length === 0);
    },
  );

  test('tells the reader that a writer waits, once', () => {
    const memory = Ring.memory(CAPACITY);
    const [writer, reader] = [new Ring(memory), new Ring(memory)];
    let written = 0;
    for (; writer.reserve(20) !== undefined; written += 1) {
      writer.commit();
      writer.show();
    }
    expect(written).toBe(Math.floor(CAPACITY / 24));
    reader.read();
    expect(reader.release()).toBe(true);
    reader.read();
    expect(reader.release()).toBe(false);
    expect(writer.reserve(20)).toBeDefined();
  });
});
