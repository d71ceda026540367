import { describe, expect, it } from 'vitest';
import { explore, us, type ExploreProgramOptions, type Sim } from '../../index.ts';
import { checkReduction, type Program } from './random-programs.ts';

/** Explores the program to the end, with and without reduction. */
async function both(program: Program, options: ExploreProgramOptions = {}) {
  const all = { schedulesMax: 1e6, ...options };
  const reduced = await explore(all, program);
  const whole = await explore({ ...all, reduction: false }, program);
  expect([reduced.failures, whole.failures]).toEqual([[], []]);
  expect([reduced.isExhausted, whole.isExhausted]).toEqual([true, true]);
  return { reduced, whole };
}

/** Starts the tasks at one instant and waits for the next one. */
function atOnce(...tasks: ((sim: Sim) => unknown)[]): Program {
  return async (sim) => {
    for (const task of tasks) sim.spawn(() => task(sim));
    await sim.sleep(1);
  };
}

describe('one schedule of each class (REQ DST-4)', () => {
  it('three tasks that touch nothing in common: 1 of 3! = 6', async () => {
    const own = (name: string) => (sim: Sim) => sim.touch(name);
    const { reduced, whole } = await both(atOnce(own('x'), own('y'), own('z')));
    expect(reduced).toMatchObject({ schedules: 1, classes: 1, repeats: 0 });
    expect(whole).toMatchObject({ schedules: 6, classes: 1 });
  });

  it('three tasks that read the same: 1; that change it: all 3! = 6', async () => {
    const read = (sim: Sim) => sim.touch('x', 'read');
    const write = (sim: Sim) => sim.touch('x');
    expect((await both(atOnce(read, read, read))).reduced).toMatchObject({ schedules: 1, classes: 1 });
    expect((await both(atOnce(write, write, write))).reduced).toMatchObject({ schedules: 6, classes: 6 });
    // The write is first, second or third among reads that commute; what counts is which reads are before it: 2 x 2.
    expect((await both(atOnce(read, write, read))).reduced).toMatchObject({ schedules: 4, classes: 4 });
  });

  /**
   * A reads (a) and, a turn later, writes (A) one variable; B does the same (b, B); C writes it once (c).
   *
   * Without reduction: 5 steps, a before A and b before B: 5! / (2! 2!) = 30 schedules.
   *
   * Classes: a and b commute, all other pairs conflict. c conflicts with everything, so a class is a class of what is before c
   * and one of what is after. Let i steps of A and j of B be before.
   *
   *   (i, j)   before c          after c            product
   *   (0, 0)   1                 a A, b B: 4 *      4
   *   (1, 0)   1                 A, b B: 3 **       3
   *   (0, 1)   1                 a A, B: 3          3
   *   (1, 1)   1 (a b = b a)     A, B: 2            2
   *   (2, 0)   1                 b B: 1             1
   *   (0, 2)   1                 a A: 1             1
   *   (2, 1)   a A, b: 2 ***     B: 1               2
   *   (1, 2)   2                 A: 1               2
   *   (2, 2)   4 *               1                  4
   *                                                22
   *
   *   *   aAbB, bBaA, abAB (= baAB), abBA (= baBA): 4.    **  A is first, second, or third: 3.
   *   *** b before or after A; before or after a does not matter: 2.
   */
  it('two read-modify-writes and a write: 22 of 30 (acceptance 5)', async () => {
    const outcomes = new Set<number>();
    const program = async (sim: Sim): Promise<void> => {
      const x = sim.shared(0);
      const add = async (amount: number): Promise<void> => {
        const before = x.value;
        await sim.yield();
        x.value = before + amount;
      };
      sim.spawn(() => add(1));
      sim.spawn(() => add(10));
      sim.spawn(() => void (x.value = 100));
      await sim.sleep(1);
      outcomes.add(x.value);
    };
    const { reduced, whole } = await both(program);
    expect(whole).toMatchObject({ schedules: 30, classes: 22 });
    expect(reduced).toMatchObject({ schedules: 22, classes: 22, repeats: 0 });
    expect([...outcomes].toSorted((a, b) => a - b)).toEqual([1, 10, 11, 100, 101, 110, 111]);
  });

  /**
   * Each of three tasks locks, has a turn, and releases. The mutex is touched when a task asks (s) and when it releases (r), so a
   * class is an order of the six. They ask in any of 3! orders, are served in that order, and release in it; the k-th release is after
   * the k-th question, which makes a sequence of brackets: Catalan(3) = 5. In all 6 x 5 = 30.
   */
  it('three tasks and a mutex: 30', async () => {
    const program = async (sim: Sim): Promise<void> => {
      const mutex = sim.mutex();
      const work = () => mutex.runExclusive(() => sim.yield());
      for (let i = 0; i < 3; i++) sim.spawn(work);
      await sim.sleep(1);
    };
    const { reduced, whole } = await both(program);
    expect(reduced).toMatchObject({ schedules: 30, classes: 30, repeats: 0 });
    expect(whole.classes).toBe(30);
    expect(whole.schedules).toBeGreaterThan(30);
  });

  /**
   * Two producers, one item each (p, q), and a consumer of two. All touch the channel. With p before q, the consumer may begin (c)
   * after both; between them; or before both. Then p wakes it, and it asks for the second item (w) before or after q. 4, and as many
   * with q before p: 8.
   */
  it('two producers and a consumer: 8', async () => {
    const program = async (sim: Sim): Promise<void> => {
      const channel = sim.channel<string>();
      sim.spawn(() => channel.send('p'));
      sim.spawn(() => channel.send('q'));
      sim.spawn(async () => {
        await channel.receive();
        await channel.receive();
      });
      await sim.sleep(1);
    };
    const { reduced, whole } = await both(program);
    expect(reduced).toMatchObject({ schedules: 8, classes: 8, repeats: 0 });
    expect(whole.classes).toBe(8);
  });

  it('instants come one after the other: steps at different ones are not swapped', async () => {
    const program = atOnce(
      async (sim) => (await sim.sleep(0), sim.touch('x')),
      async (sim) => (await sim.sleep(0), sim.touch('x')),
    );
    expect((await both(program)).reduced.schedules).toBe(2);
    const apart = async (sim: Sim): Promise<void> => {
      for (const ns of [1, 2, 3]) sim.after(ns, () => sim.touch('x'));
      await sim.sleep(5);
    };
    // The callbacks are of the main task, and nothing else is due when they are.
    expect((await both(apart)).reduced.schedules).toBe(1);
  });
});

describe('of random programs', () => {
  it('finds every outcome that all schedules together have, each class once and nothing twice', () =>
    checkReduction(25));
});

describe('messages', () => {
  it('that arrive at one instant come in any order; further apart, within the window only', async () => {
    const orders = async (options: ExploreProgramOptions, gapNs: number): Promise<string[]> => {
      const seen = new Set<string>();
      const { isExhausted } = await explore(options, async (sim) => {
        const server = sim.group('server').bind(7);
        let order = '';
        for (const name of ['alice', 'bob']) {
          sim.group(name).spawn(async () => {
            if (name === 'bob') await sim.sleep(gapNs);
            sim.bind(0).sendTo(new TextEncoder().encode(name), 'server:7');
          });
        }
        for (let i = 0; i < 2; i++) order += ` ${new TextDecoder().decode((await server.recvFrom()).data)}`;
        seen.add(order.trim());
      });
      expect(isExhausted).toBe(true);
      return [...seen].toSorted();
    };
    expect(await orders({}, 0)).toEqual(['alice bob', 'bob alice']);
    expect(await orders({}, us(1))).toEqual(['alice bob']);
    expect(await orders({ windowNs: us(1) }, us(1))).toEqual(['alice bob', 'bob alice']);
    expect(await orders({ windowNs: us(1) }, us(2))).toEqual(['alice bob']);
  });

  it('of one sender keep their order at one instant, and overtake within the window', async () => {
    const orders = async (options: ExploreProgramOptions): Promise<string[]> => {
      const seen = new Set<string>();
      await explore(options, async (sim) => {
        const server = sim.group('server').bind(7);
        const client = sim.group('client').bind(0);
        for (const number of [1, 2, 3]) client.sendTo(Uint8Array.of(number), 'server:7');
        let order = '';
        for (let i = 0; i < 3; i++) order += (await server.recvFrom()).data[0];
        seen.add(order);
      });
      return [...seen].toSorted();
    };
    expect(await orders({})).toEqual(['123']);
    expect(await orders({ windowNs: 1 })).toEqual(['123', '132', '213', '231', '312', '321']);
  });
});
