import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import type { TransportEvent } from '../../events.ts';
import { Beat } from '../../health/beat.ts';
import { WorkerMonitor } from '../../health/monitor.ts';
import { Pulses } from '../../health/pulse.ts';
import { ManualLoop } from '../support/manual-loop.ts';

const STUCK_NS = 400_000_000;

/** A monitor of `workers` workers on a clock of the test. */
function watch(workers: number): {
  loop: ManualLoop;
  pulses: Pulses;
  monitor: WorkerMonitor;
  events: TransportEvent[];
} {
  const loop = new ManualLoop();
  const pulses = new Pulses(workers);
  const events: TransportEvent[] = [];
  const monitor = new WorkerMonitor(loop, pulses, STUCK_NS, (event) => void events.push(event));
  return { loop, pulses, monitor, events };
}

/** REQ HEALTH-9, NIC-9. */
describe('the monitor of workers', () => {
  test('tells of one that stops, once, of it alone, and when it goes on', async () => {
    const { loop, pulses, monitor, events } = watch(3);
    const run = async (ms: number, ...beating: number[]): Promise<void> => {
      for (let i = 0; i < ms; i += 25) {
        for (const worker of beating) pulses.beat(worker);
        await loop.advance(loop.nowNs + 25_000_000);
      }
    };
    await run(2000, 0, 1, 2);
    expect([events, monitor.stuck]).toEqual([[], []]);
    await run(350, 0, 2);
    expect(monitor.stuck).toEqual([]);
    await run(2000, 0, 2);
    expect(monitor.stuck).toEqual([1]);
    expect(events).toMatchObject([{ type: 'worker-stuck', worker: 1 }]);
    await run(200, 0, 1, 2);
    expect(monitor.stuck).toEqual([]);
    expect(events[1]).toMatchObject({ type: 'worker-resumed', worker: 1 });
    expect((events[1] as { silentNs: number }).silentNs).toBeGreaterThan(2e9);
    monitor.close();
    await run(2000);
    expect(events.length).toBe(2);
  });

  test('is content with a worker that is idle: its event loop beats', async () => {
    const { loop, pulses, events } = watch(1);
    const beat = new Beat(loop, { pulses, worker: 0 });
    for (let i = 0; i < 100; i += 1) await loop.advance(loop.nowNs + 25_000_000);
    expect(events).toEqual([]);
    beat.close();
    for (let i = 0; i < 40; i += 1) await loop.advance(loop.nowNs + 25_000_000);
    expect(events).toMatchObject([{ type: 'worker-stuck', worker: 0 }]);
  });

  test('is not taken in by a counter that overflows', async () => {
    const { loop, pulses, events } = watch(1);
    new Int32Array(pulses.memory)[0] = 2 ** 31 - 2;
    for (let i = 0; i < 100; i += 1) {
      pulses.beat(0);
      await loop.advance(loop.nowNs + 25_000_000);
    }
    expect(events).toEqual([]);
  });
});

/** REQ HEALTH-9. A thread that does nothing but wait cannot say so itself. */
describe('a pool in another thread', () => {
  let thread: Worker | undefined;
  afterEach(async () => void (await thread?.terminate()));

  test('beats while its event loop turns, and not while it is blocked', async () => {
    const pulses = new Pulses(1);
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const url = new URL('../support/pulsing.mjs', import.meta.url);
    const worker = new Worker(url, { workerData: { memory: pulses.memory, gate } });
    thread = worker;
    const said = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
    expect(await said()).toBe('ready');
    const moved = async (): Promise<void> => {
      const before = pulses.read(0);
      while (pulses.read(0) === before) await new Promise((resolve) => setImmediate(resolve));
    };
    await moved();
    const blocked = said();
    worker.postMessage('block');
    expect(await blocked).toBe('blocking');
    const loop = new ManualLoop();
    const events: TransportEvent[] = [];
    const monitor = new WorkerMonitor(loop, pulses, STUCK_NS, (event) => void events.push(event));
    for (let i = 0; i < 10; i += 1) await loop.advance(loop.nowNs + STUCK_NS / 4);
    expect(events).toMatchObject([{ type: 'worker-stuck', worker: 0 }]);
    const freed = said();
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    expect(await freed).toBe('free');
    await moved();
    await loop.advance(loop.nowNs + STUCK_NS / 4);
    expect(events[1]).toMatchObject({ type: 'worker-resumed' });
    monitor.close();
  });
});
