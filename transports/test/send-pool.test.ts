import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { SendPool, type SendRun } from '../inline/send-pool.ts';
import { FakePort } from './support/fakes.ts';

function fill(run: SendRun, value: number, segments = 1): SendRun {
  run.transmit.bytes.fill(value);
  run.transmit.segmentBytes = 4;
  run.transmit.lengthBytes = 4 * segments;
  run.transmit.destination = value;
  return run;
}

describe('SendPool', () => {
  it('holds a buffer back until the last of its datagrams is out, early callbacks of others notwithstanding', () => {
    const port = new FakePort();
    let rooms = 0;
    const pool = new SendPool(
      1,
      64,
      () => rooms++,
      () => {},
    );
    // Goes out at once; its two callbacks are still owed when the buffer is used again.
    pool.send(fill(pool.take()!, 1, 2), port);
    port.room = 1;
    pool.send(fill(pool.take()!, 2, 3), port);
    expect(pool.take()).toBeUndefined();
    port.report();
    expect(pool.take()).toBeUndefined();
    port.drain(1);
    port.report();
    expect([pool.take(), rooms]).toEqual([undefined, 0]);
    port.drain(1);
    port.report();
    expect(rooms).toBe(1);
    expect(pool.take()).toBeDefined();
  });

  // A buffer that is reused too early would put the bytes of a later run on the wire.
  const step = fc.oneof(
    fc.record({ kind: fc.constant('send' as const), segments: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('drain' as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant('report' as const) }),
    fc.record({ kind: fc.constant('room' as const), count: fc.nat({ max: 6 }) }),
  );
  test.prop([fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 })])(
    'never touches bytes that the kernel has yet to take, and loses no buffer. REQ BP-2',
    (steps, runsMax) => {
      const port = new FakePort();
      const pool = new SendPool(
        runsMax,
        16,
        () => {},
        () => {},
      );
      let sent = 0;
      port.room = 3;
      for (const s of steps) {
        if (s.kind === 'send') {
          const run = pool.take();
          if (run !== undefined) pool.send(fill(run, (sent += 1) % 251, s.segments), port);
        } else if (s.kind === 'drain') port.drain(s.count);
        else if (s.kind === 'report') port.report();
        else port.room = s.count;
      }
      port.drain(1000);
      port.report();
      for (const { destination, bytes } of port.wire) expect(new Set(bytes)).toEqual(new Set([destination]));
      const free = Array.from({ length: runsMax + 1 }, () => pool.take());
      expect(new Set(free).size).toBe(runsMax + 1);
      expect(free.at(-1)).toBeUndefined();
    },
  );
});
