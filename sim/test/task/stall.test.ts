import { describe, expect, it } from 'vitest';
import { StallError, ms, seconds, simulate, us, type Sim, type SimulateOptions } from '../../index.ts';

async function stallOf(program: (sim: Sim) => unknown, options: SimulateOptions = {}): Promise<StallError> {
  const error: unknown = await simulate(options, program).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StallError);
  return error as StallError;
}

/** Without what depends on where this file is. */
function linesOf({ message }: StallError): string[] {
  return message.replaceAll(/, spawned at .*stall\.test\.ts:\d+:\d+/g, ', spawned HERE').split('\n');
}

describe('a run in which nothing is left to happen', () => {
  it('names each task, what it waits for, since when, and where it was spawned', async () => {
    const error = await stallOf(async (sim) => {
      const jobs = sim.channel<number>({ name: 'jobs', capacity: 1 });
      const database = sim.mutex('database');
      const slots = sim.semaphore(2, 'slots');
      const server = sim.group('server');
      server.spawn('holder', async () => {
        await sim.sleep(us(1.5));
        await database.lock();
        await slots.acquire();
        await jobs.receive();
      });
      server.spawn('locker', async () => {
        await sim.sleep(ms(2));
        await database.lock();
      });
      server.spawn('greedy', async () => {
        await sim.sleep(ms(3));
        await slots.acquire(2);
      });
      server.spawn('listener', () => sim.bind(80).recvFrom());
      server.spawn('outside', () => new Promise(() => undefined));
      await sim
        .group('client')
        .spawn('request', () => sim.channel({ name: 'answers' }).receive(), { primary: true })
        .join();
    });
    expect(error).toMatchObject({ code: 'stalled', atNs: ms(3) });
    expect(linesOf(error)).toEqual([
      'nothing is left to happen at 3 ms, but 2 primary tasks have not ended:',
      '  main/main (primary) waits for the end of task client/request (since 0 ns)',
      "  client/request (primary) waits for an item from channel 'answers', which is empty (since 0 ns), spawned HERE",
      "  server/holder waits for an item from channel 'jobs', which is empty (since 1.5 µs), spawned HERE",
      "  server/locker waits for mutex 'database', held by task server/holder since 1.5 µs (since 2 ms), spawned HERE",
      "  server/greedy waits for 2 of semaphore 'slots', which has 1 of 2 permits left (since 3 ms), spawned HERE",
      '  server/listener waits for a datagram at server:80 (since 0 ns), spawned HERE',
      '  server/outside waits for something outside of the simulation: a promise of its own, or the host, spawned HERE',
    ]);
    expect(error.tasks.find(({ task }) => task === 'server/locker')).toMatchObject({
      isPrimary: false,
      waits: [{ what: "mutex 'database', held by task server/holder since 1.5 µs", sinceNs: ms(2) }],
      spawnedAt: expect.stringMatching(/stall\.test\.ts:\d+:\d+$/) as string,
    });
  });

  it('gives the line of the spawn, of tasks spawned by way of a group, of sim and of a timeout', async () => {
    const error = await stallOf(async (sim) => {
      sim.spawn('a', () => new Promise(() => undefined));
      sim.group('g').spawn('b', () => new Promise(() => undefined));
      await new Promise(() => undefined);
    });
    const lines = error.tasks.map(({ spawnedAt }) => Number(spawnedAt?.split(':').at(-2)));
    expect(lines[2]).toBe((lines[1] as number) + 1);
  });

  it('shows the circle of a deadlock', async () => {
    const error = await stallOf(async (sim) => {
      const forks = Array.from({ length: 3 }, (_, i) => sim.mutex(`fork ${i}`));
      const philosophers = forks.map((fork, i) =>
        sim.spawn(`philosopher ${i}`, async () => {
          await fork.lock();
          await sim.sleep(5);
          await forks[(i + 1) % 3]?.lock();
        }),
      );
      for (const philosopher of philosophers) await philosopher.join();
    });
    expect(error.message.split('\n').at(-1)).toBe(
      '  deadlock: main/philosopher 0 → main/philosopher 1 → main/philosopher 2 → main/philosopher 0',
    );
  });

  it('says who ended with a lock', async () => {
    const error = await stallOf(async (sim) => {
      const mutex = sim.mutex('m');
      await sim.spawn('forgetful', () => mutex.lock()).join();
      await mutex.lock();
    });
    expect(error.message).toContain(
      "mutex 'm', held by task main/forgetful, which has ended without releasing it since 0 ns",
    );
  });

  it('does not keep the place of every one of many tasks, and says nothing of those it has not', async () => {
    const error = await stallOf(
      async (sim) => {
        for (let i = 0; i < 30; i++) sim.spawn(`t${i}`, () => new Promise(() => undefined));
        await new Promise(() => undefined);
      },
      { locationsMax: 2 },
    );
    expect(error.tasks.filter(({ spawnedAt }) => spawnedAt !== undefined)).toHaveLength(2);
    expect(error.tasks).toHaveLength(31);
    expect(error.message.split('\n').at(-1)).toBe('  … and 11 more');
  });
});

describe('a run whose time is up', () => {
  it('names them too: something may tick forever beside a task that is stuck', async () => {
    const error = await stallOf(
      async (sim) => {
        sim.spawn('heartbeat', async () => {
          for (;;) await sim.sleep(seconds(1));
        });
        await sim.channel({ name: 'c' }).receive();
      },
      { untilNs: seconds(10) },
    );
    expect(error.code).toBe('out-of-time');
    expect(linesOf(error)).toEqual([
      'the time is up at 10 s, but 1 primary task has not ended:',
      "  main/main (primary) waits for an item from channel 'c', which is empty (since 0 ns)",
      '  main/heartbeat waits for the end of its sleep (since 10 s), spawned HERE',
    ]);
  });

  it('has a limit without being asked', async () => {
    const error = await stallOf(async (sim) => {
      for (;;) await sim.sleep(seconds(60));
    });
    expect(error).toMatchObject({ code: 'out-of-time', atNs: seconds(3600) });
  });
});

describe('a run that is stopped', () => {
  it('says so', async () => {
    const error = await stallOf(
      async (sim) => {
        const timer = sim.timer(() => timer.set(1));
        timer.set(1);
        await sim.channel().receive();
      },
      { onProgress: (kernel) => kernel.stop('Ctrl-C') },
    );
    expect(error.code).toBe('stopped');
    expect(error.message).toContain('the run was stopped (Ctrl-C)');
  });
});
