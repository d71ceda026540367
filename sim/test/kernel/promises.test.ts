import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { NEVER } from '../../../protocol/core/units.ts';

/** Virtual sleep, as sim/host and task libraries build it: the event settles the promise and says so. */
function sleep(kernel: Kernel, delayNs: number): Promise<void> {
  return new Promise((resolve) => {
    const handler = {
      onEvent: (): void => {
        kernel.touchPromise();
        resolve();
      },
    };
    kernel.schedule(kernel.now + delayNs, handler);
  });
}

async function awaits(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

describe('application code in promises', () => {
  it('is over before the next event, however many awaits it makes (else the order depends on their number)', async () => {
    const property = fc.asyncProperty(fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }), async (turns) => {
      const kernel = new Kernel();
      const log: string[] = [];
      const application = async (name: number, count: number): Promise<void> => {
        for (let round = 0; round < 3; round++) {
          await sleep(kernel, 10);
          await awaits(count);
          log.push(`${kernel.now} ${name}`);
        }
      };
      for (const [name, count] of turns.entries()) kernel.watch(application(name, count));
      await kernel.run(NEVER);
      const expected = [10, 20, 30].flatMap((now) => turns.map((_, name) => `${now} ${name}`));
      expect(log).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('is over before the next event too if it makes ticks of the host', async () => {
    const kernel = new Kernel();
    const log: string[] = [];
    const application = async (): Promise<void> => {
      await sleep(kernel, 10);
      for (let i = 0; i < 5; i++) {
        await new Promise<void>((resolve) => process.nextTick(resolve));
        await undefined;
      }
      log.push(`application ${kernel.now}`);
    };
    kernel.watch(application());
    kernel.schedule(11, { onEvent: () => void log.push('event 11') });
    await kernel.run(NEVER);
    expect(log).toEqual(['application 10', 'event 11']);
  });

  it('may schedule from a microtask, at the present instant as well', async () => {
    const kernel = new Kernel();
    const times: number[] = [];
    const application = async (): Promise<void> => {
      for (const delayNs of [0, 5, 0, 7]) {
        await sleep(kernel, delayNs);
        times.push(kernel.now);
      }
    };
    kernel.watch(application());
    expect(await kernel.run(NEVER)).toBe('idle');
    expect(times).toEqual([0, 5, 5, 12]);
  });

  it('that forgot touchPromise() still runs before the end of the run', async () => {
    const kernel = new Kernel();
    let done = false;
    const late = async (): Promise<void> => {
      await awaits(20);
      kernel.schedule(kernel.now + 1, { onEvent: () => void (done = true) });
    };
    kernel.schedule(1, { onEvent: () => void late() });
    expect(await kernel.run(NEVER)).toBe('idle');
    expect(done).toBe(true);
  });

  it('of two runs at once stays with its own run', async () => {
    const logs = await Promise.all(
      [3, 40].map(async (count) => {
        const kernel = new Kernel();
        const log: number[] = [];
        const application = async (): Promise<void> => {
          for (let i = 0; i < 20; i++) {
            await sleep(kernel, count);
            await awaits(count);
            log.push(kernel.now);
          }
        };
        kernel.watch(application());
        await kernel.run(NEVER);
        return log;
      }),
    );
    for (const [index, count] of [3, 40].entries()) {
      expect(logs[index]).toEqual(Array.from({ length: 20 }, (_, i) => (i + 1) * count));
    }
  });
});

describe('rejections of application code', () => {
  const endless = (kernel: Kernel): void => {
    const handler = { onEvent: (): void => void kernel.schedule(kernel.now + 1, handler) };
    kernel.schedule(0, handler);
  };

  it('of a watched promise end the run with their reason, at that instant', async () => {
    const kernel = new Kernel();
    endless(kernel);
    const error = new Error('lost response');
    const application = async (): Promise<void> => {
      await sleep(kernel, 50);
      throw error;
    };
    kernel.watch(application());
    await expect(kernel.run(NEVER)).rejects.toBe(error);
    expect(kernel.now).toBe(50);
  });

  it('that nobody handles end the run too, rather than the process', async () => {
    const kernel = new Kernel();
    endless(kernel);
    const error = new Error('nobody listens');
    kernel.schedule(10, {
      onEvent: () => {
        kernel.touchPromise();
        void Promise.reject(error);
      },
    });
    await expect(kernel.run(NEVER)).rejects.toBe(error);
  });

  it('that nobody handles come to light while the application runs on, not at the end of a long run', async () => {
    const kernel = new Kernel();
    const application = async (): Promise<void> => {
      for (let i = 0; i < 5000; i++) {
        await sleep(kernel, 1);
        if (i === 10) void Promise.reject(new Error('early'));
      }
    };
    kernel.watch(application());
    await expect(kernel.run(NEVER)).rejects.toThrow('early');
    expect(kernel.now).toBeLessThan(1000);
  });

  it('after the last event are not lost', async () => {
    const kernel = new Kernel();
    const error = new Error('at the very end');
    kernel.schedule(10, { onEvent: () => void awaits(3).then(() => Promise.reject(error)) });
    await expect(kernel.run(NEVER)).rejects.toBe(error);
  });

  it('are no longer of interest to a run that is over: other listeners are back', async () => {
    const before = process.listeners('unhandledRejection');
    expect(before.length).toBeGreaterThan(0);
    const kernel = new Kernel();
    kernel.schedule(1, {
      onEvent: () => expect(process.listeners('unhandledRejection')).not.toEqual(before),
    });
    await kernel.run(NEVER);
    expect(process.listeners('unhandledRejection')).toEqual(before);
    const failing = new Kernel();
    failing.schedule(1, { onEvent: () => failing.fail('on purpose') });
    await failing.run(NEVER).catch(() => undefined);
    expect(process.listeners('unhandledRejection')).toEqual(before);
  });

  it('of one of two runs at once fail that run alone', async () => {
    const run = async (bad: boolean): Promise<string> => {
      const kernel = new Kernel();
      const application = async (): Promise<void> => {
        for (let i = 0; i < 30; i++) {
          await sleep(kernel, 10);
          await awaits(i);
          if (bad && i === 15) void Promise.reject(new Error('bad'));
        }
      };
      kernel.watch(application());
      return kernel.run(NEVER).catch((error: Error) => error.message);
    };
    expect(await Promise.all([run(false), run(true), run(false)])).toEqual(['idle', 'bad', 'idle']);
  });

  it('and what the guards saw of one of two runs at once fail that run alone', async () => {
    const run = async (bad: boolean): Promise<string> => {
      const kernel = new Kernel();
      const application = async (): Promise<void> => {
        for (let i = 0; i < 30; i++) {
          await sleep(kernel, 10);
          await awaits(i);
          if (bad && i === 15) expect(() => Math.random()).toThrow();
        }
      };
      kernel.watch(application());
      return kernel.run(NEVER).catch((error: Error) => error.name);
    };
    expect(await Promise.all([run(false), run(true), run(false)])).toEqual(['idle', 'KernelError', 'idle']);
  });
});
