import { describe, expect, it } from 'vitest';
import { Kernel, Rng, type SimError, Trace, simulate, us, type Sim } from '../../index.ts';
import { Runtime } from '../../task/runtime.ts';
import { Scheduler } from '../../task/scheduler.ts';
import { Sim as SimClass } from '../../task/sim.ts';

const codeOf = (error: unknown): string => (error as SimError).code;

/** Runs a program and returns what is left in the machinery afterwards. */
async function leftovers(program: (sim: Sim) => Promise<void>) {
  const kernel = new Kernel();
  const scheduler = new Scheduler(kernel, new Trace(), new Rng(1));
  const runtime = new Runtime(scheduler, { kind: 'wires' }, 0);
  const sim = new SimClass(runtime);
  runtime.start(() => program(sim));
  await kernel.run(Number.POSITIVE_INFINITY);
  return { pending: kernel.pending, tasks: scheduler.tasks.length, packets: sim.network.packets.inUse };
}

describe('an aborted task', () => {
  it('gets the error where it waits, runs its finally blocks, and is over', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const task = sim.spawn('victim', async () => {
        try {
          await sim.sleep(us(10));
          sim.note('slept');
        } catch (error) {
          sim.note(`${codeOf(error)}: ${(error as Error).message}`);
          throw error;
        } finally {
          sim.note(`finally at ${sim.now()}`);
        }
      });
      await sim.sleep(7);
      task.abort('enough');
      expect(task.hasEnded).toBe(false);
      await expect(task.join()).rejects.toMatchObject({ code: 'aborted' });
      expect(task.hasEnded).toBe(true);
      await expect(task.join()).rejects.toMatchObject({ code: 'aborted' });
    });
    expect(notes.map(({ text }) => text)).toEqual([
      'aborted: task main/victim was aborted: enough',
      'finally at 7',
    ]);
  });

  it('never begins if it had not', async () => {
    await simulate({}, async (sim) => {
      let ran = false;
      const task = sim.spawn(() => void (ran = true));
      task.abort();
      expect(task.hasEnded).toBe(true);
      await sim.sleep(1);
      expect(ran).toBe(false);
    });
  });

  it('cannot wait any more, and is left alone if it does not listen', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>();
      const task = sim.spawn(async () => {
        let refused = 0;
        for (;;) {
          try {
            await channel.receive();
          } catch (error) {
            if (++refused % 500 === 0) sim.note(`${refused} ${codeOf(error)}`);
          }
        }
      });
      await sim.sleep(1);
      task.abort();
      await expect(task.join()).rejects.toMatchObject({ code: 'aborted' });
    });
    expect(notes.map(({ text }) => text)).toEqual(['500 aborted', '1000 aborted']);
  });

  it('that waits for a promise of its own is given up', async () => {
    await simulate({}, async (sim) => {
      const task = sim.spawn(() => new Promise(() => undefined));
      await sim.sleep(1);
      task.abort();
      await expect(task.join()).rejects.toMatchObject({ code: 'aborted' });
    });
  });

  it('passes on the lock for which it waited, and keeps and releases the one it was given', async () => {
    const { value } = await simulate({}, async (sim) => {
      const mutex = sim.mutex();
      const order: string[] = [];
      const use = (name: string) =>
        sim.spawn(name, () =>
          mutex.runExclusive(async () => {
            order.push(name);
            await sim.sleep(10);
          }),
        );
      const [first, second, third, fourth] = ['first', 'second', 'third', 'fourth'].map(use);
      await sim.sleep(5);
      second?.abort();
      await sim.sleep(5);
      // At 10 the first has released; the lock was given to the third, whose step is still to come when it is aborted.
      third?.abort();
      await fourth?.join();
      await first?.join();
      return { order, locked: mutex.isLocked, now: sim.now() };
    });
    expect(value.order).toEqual(['first', 'third', 'fourth']);
    expect(value).toMatchObject({ locked: false });
  });

  it('does not fail the run, unless its clean-up does', async () => {
    await simulate({}, async (sim) => {
      const task = sim.spawn(() => sim.sleep(100));
      await sim.sleep(1);
      task.abort();
      await sim.sleep(1);
    });
    const run = simulate({}, async (sim) => {
      const task = sim.spawn(async () => {
        try {
          await sim.sleep(100);
        } finally {
          // eslint-disable-next-line no-unsafe-finally
          throw new Error('clean-up');
        }
      });
      await sim.sleep(1);
      task.abort();
      await sim.sleep(1);
    });
    await expect(run).rejects.toThrow('clean-up');
  });

  it('may be the one that aborts', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const task = sim.spawn(async (self) => {
        self.abort();
        sim.note('goes on until it waits');
        await sim.sleep(1);
        sim.note('never');
      });
      await expect(task.join()).rejects.toMatchObject({ code: 'aborted' });
    });
    expect(notes.map(({ text }) => text)).toEqual(['goes on until it waits']);
  });

  it('takes its callbacks along', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const task = sim.spawn(async () => {
        sim.after(5, () => sim.note('callback'));
        await sim.sleep(100);
      });
      await sim.sleep(1);
      task.abort();
      await sim.sleep(200);
    });
    expect(notes).toEqual([]);
  });

  it('with several waits has all of them rejected, those that it does not await too', async () => {
    const { value } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>();
      const task = sim.spawn(async () => {
        void channel.receive();
        await Promise.race([channel.receive(), sim.sleep(50)]);
      });
      await sim.sleep(1);
      task.abort();
      await sim.sleep(1);
      await channel.send(7);
      return channel.length;
    });
    expect(value).toBe(1);
  });
});

describe('a host that fails (REQ TEST-S4)', () => {
  it('loses its tasks and sockets, and can be started again', async () => {
    const { value } = await simulate({}, async (sim) => {
      const server = sim.group('server');
      const serve = async (): Promise<void> => {
        const socket = sim.bind(7);
        for (;;) {
          const { data, from } = await socket.recvFrom();
          socket.sendTo(data, from);
        }
      };
      const ask = async (): Promise<string> => {
        const socket = sim.bind(0);
        socket.sendTo(Uint8Array.of(1), 'server:7');
        return sim.timeout(us(200), () => socket.recvFrom()).then(() => 'answer', codeOf);
      };
      const client = sim.group('client');
      server.spawn(serve);
      const answers = [await client.spawn(ask).join()];
      server.crash();
      answers.push(await client.spawn(ask).join());
      server.restart(serve);
      answers.push(await client.spawn(ask).join());
      return answers;
    });
    expect(value).toEqual(['answer', 'timeout', 'answer']);
  });
});

describe('after aborts, nothing is left', () => {
  it('of sleeps, timers, timeouts and waits of all kinds', async () => {
    const left = await leftovers(async (sim) => {
      const channel = sim.channel<number>({ capacity: 1 });
      const mutex = sim.mutex();
      const socket = sim.bind(7);
      await mutex.lock();
      channel.trySend(1);
      const host = sim.group('host');
      const programs = [
        () => sim.sleep(1e12),
        () => channel.send(2),
        () => mutex.lock(),
        () => socket.recvFrom(),
        () => sim.timeout(1e12, () => sim.sleep(1e12)),
        () => sim.timeout(1e12, () => mutex.lock()),
        () => new Promise(() => undefined),
        () => host.spawn(() => sim.sleep(1e12)).join(),
      ];
      for (const program of programs) host.spawn(program);
      await sim.sleep(10);
      host.crash();
      await sim.sleep(1);
    });
    expect(left).toEqual({ pending: 0, tasks: 0, packets: 0 });
  });

  it('of datagrams that nobody received', async () => {
    const left = await leftovers(async (sim) => {
      const host = sim.group('host');
      host.bind(7);
      for (let i = 0; i < 10; i++) sim.bind(0).sendTo(new Uint8Array(10), 'host:7');
      await sim.sleep(us(100));
      expect(sim.network.packets.inUse).toBe(10);
      host.crash();
      await sim.sleep(1);
    });
    expect(left).toEqual({ pending: 0, tasks: 0, packets: 0 });
  });
});
