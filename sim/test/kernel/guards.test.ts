import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { performance as imported } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { Kernel, type KernelOptions } from '../../kernel/kernel.ts';
import { NEVER } from '../../../protocol/core/units.ts';

/** Runs `code` as the only event of a simulation. */
async function simulate(code: () => unknown, options: KernelOptions = {}): Promise<unknown> {
  const kernel = new Kernel(options);
  let result: unknown;
  kernel.schedule(1, { onEvent: () => void (result = code()) });
  await kernel.run(NEVER);
  return result;
}

const captured = Date;

const entropy: [string, () => unknown][] = [
  ['Date.now()', () => Date.now()],
  ['Date.now()', () => captured.now()],
  ['new Date()', () => new Date()],
  ['Date()', () => Date()],
  ['performance.now()', () => performance.now()],
  ['performance.now()', () => imported.now()],
  ['Math.random()', () => Math.random()],
  ['setTimeout()', () => setTimeout(() => undefined, 1)],
  ['setInterval()', () => setInterval(() => undefined, 1)],
  ['setImmediate()', () => setImmediate(() => undefined)],
  ['crypto.getRandomValues()', () => crypto.getRandomValues(new Uint8Array(4))],
  ['crypto.randomUUID()', () => crypto.randomUUID()],
  ['process.hrtime()', () => process.hrtime()],
  ['process.hrtime.bigint()', () => process.hrtime.bigint()],
];

describe('inside a run', () => {
  it.each(entropy)('%s is an error that names the caller', async (call, code) => {
    const error = (await simulate(code).catch((reason: unknown) => reason)) as Error & { code: string };
    expect(error).toMatchObject({ name: 'KernelError', code: 'entropy' });
    expect(error.message.startsWith(`${call} inside a simulation, at `)).toBe(true);
    expect(error.message).toMatch(/guards\.test\.ts:\d+:\d+/);
    // What Node prints of it says the same and begins at the caller.
    const [headline, frame] = (error.stack ?? '').split('\n');
    expect(headline).toBe(`KernelError: ${error.message}`);
    expect(error.message).toContain((frame ?? 'no frame').trim());
  });

  it.each(entropy)('%s fails the run also if the code swallows the error', async (_, code) => {
    const swallowing = (): void => {
      try {
        code();
      } catch {
        // a library that falls back to something else
      }
    };
    await expect(simulate(swallowing)).rejects.toMatchObject({ code: 'entropy' });
  });

  it('a console may look at the clock when it writes, as that of a test runner does, and the program still may not', async () => {
    const written: string[] = [];
    const stdout = new Writable({
      write(data, _encoding, done) {
        written.push(`${Date.now() > 0} ${String(data)}`);
        done();
      },
    });
    const told = new Console({ stdout });
    await simulate(() => told.log('one'));
    await simulate(() => told.table([{ two: 2 }]));
    expect(written.join('')).toMatch(/^true one\ntrue .*two/s);
    const entropy = { code: 'entropy' };
    await expect(simulate(() => (told.log('three'), Date.now()))).rejects.toMatchObject(entropy);
    // Before that, this would have broken off the run, and what the runner shows of later tests.
    await simulate(() => console.log('a line of a simulated program'));
  });

  it('application code in a promise is guarded as well', async () => {
    const kernel = new Kernel();
    kernel.schedule(1, {
      onEvent: () => {
        kernel.touchPromise();
        void Promise.resolve().then(() => Math.random());
      },
    });
    await expect(kernel.run(NEVER)).rejects.toThrow(/^Math\.random\(\)/);
  });

  it('dates made of a number are not entropy, and are dates', async () => {
    const check = (): boolean => {
      class Stamp extends Date {}
      const date = new Date(86_400_000);
      return (
        date instanceof Date &&
        date.toISOString() === '1970-01-02T00:00:00.000Z' &&
        new Stamp(5).getTime() === 5
      );
    };
    expect(await simulate(check)).toBe(true);
  });

  it('the guards can be left out', async () => {
    expect(await simulate(() => typeof Date.now(), { guards: false })).toBe('number');
  });

  it('the progress callback has the real clock: it is the host that shows progress', async () => {
    let clock = 0;
    const kernel = new Kernel({
      onProgress: () => {
        clock = Date.now();
        kernel.stop('seen');
      },
    });
    const handler = { onEvent: (): void => void kernel.schedule(kernel.now + 1, handler) };
    kernel.schedule(0, handler);
    expect(await kernel.run(NEVER)).toBe('stopped');
    expect(clock).toBeGreaterThan(0);
  });
});

describe('after a run', () => {
  const all = (): unknown[] => [
    Date,
    Date.now,
    Object.getOwnPropertyDescriptor(performance, 'now'),
    performance.now,
    Math.random,
    setTimeout,
    setInterval,
    setImmediate,
    Object.getOwnPropertyDescriptor(crypto, 'randomUUID'),
    crypto.getRandomValues,
    process.hrtime,
    process.hrtime.bigint,
    process.nextTick,
  ];
  const isRestored = (before: unknown[]): void => {
    expect(all().every((value, index) => value === before[index])).toBe(true);
    expect(typeof Date.now()).toBe('number');
  };

  it('everything is as it was, also when the run failed', async () => {
    const before = all();
    const seen = await simulate(() => all());
    expect(seen).not.toEqual(before);
    isRestored(before);
    await expect(simulate(() => Math.random())).rejects.toThrow();
    isRestored(before);
    const throws = (): never => {
      throw new Error('handler');
    };
    await expect(simulate(throws)).rejects.toThrow('handler');
    isRestored(before);
  });

  it('everything is as it was when the last of two overlapping runs has ended', async () => {
    const before = all();
    const outcomes = await Promise.allSettled([
      simulate(() => 1),
      simulate(() => Math.random()),
      simulate(() => 2, { guards: false }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    isRestored(before);
  });
});
