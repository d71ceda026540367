import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomChooser, SimError, simulate, type Sim, type TaskHandle } from '../../index.ts';

type Command =
  | { readonly do: 'acquire'; readonly count: number }
  | { readonly do: 'release' | 'abort'; readonly pick: number };

const commands = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('acquire' as const), count: fc.integer({ min: 1, max: 3 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('release' as const), pick: fc.nat(100) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), pick: fc.nat(100) }) },
  ),
  { maxLength: 30 },
);

/** A list of those who wait, and who holds how many permits. */
class Model {
  readonly holders: number[] = [];
  waiting: number[] = [];
  readonly #counts = new Map<number, number>();
  available: number;

  constructor(permits: number) {
    this.available = permits;
  }

  acquire(id: number, count: number): void {
    this.#counts.set(id, count);
    this.waiting.push(id);
    this.#serve();
  }

  release(id: number): void {
    this.holders.splice(this.holders.indexOf(id), 1);
    this.available += this.#counts.get(id) as number;
    this.#serve();
  }

  abort(id: number): void {
    this.waiting = this.waiting.filter((each) => each !== id);
    this.#serve();
  }

  #serve(): void {
    for (let id = this.waiting[0]; id !== undefined; id = this.waiting[0]) {
      const count = this.#counts.get(id) as number;
      if (count > this.available) return;
      this.available -= count;
      this.holders.push(id);
      this.waiting.shift();
    }
  }
}

interface Lock {
  take(count: number): Promise<() => void>;
  available(): number;
}

async function play(sim: Sim, list: readonly Command[], lock: Lock, permits: number): Promise<void> {
  const model = new Model(permits);
  const holders: number[] = [];
  const releases = new Map<number, () => void>();
  const tasks = new Map<number, TaskHandle>();
  for (const [id, each] of list.entries()) {
    if (each.do === 'acquire') {
      const count = Math.min(each.count, permits);
      const work = async (): Promise<void> => {
        const release = await lock.take(count);
        holders.push(id);
        releases.set(id, release);
      };
      tasks.set(id, sim.spawn(work));
      await sim.sleep(1);
      model.acquire(id, count);
    } else {
      const from = each.do === 'release' ? model.holders : model.waiting;
      const picked = from[each.pick % from.length];
      if (picked === undefined) continue;
      if (each.do === 'release') {
        releases.get(picked)?.();
        holders.splice(holders.indexOf(picked), 1);
        await sim.sleep(1);
        model.release(picked);
      } else {
        tasks.get(picked)?.abort();
        await sim.sleep(1);
        model.abort(picked);
      }
    }
    // The order of the holders is the order in which they were served; a chooser may let them run in another.
    expect(holders.toSorted((a, b) => a - b)).toEqual(model.holders.toSorted((a, b) => a - b));
    expect(lock.available()).toBe(model.available);
  }
}

const maybeChooser = fc.option(fc.nat(1000), { nil: undefined });
const optionsOf = (seed: number | undefined) =>
  seed === undefined ? {} : { chooser: new RandomChooser(seed) };

describe('a semaphore', () => {
  it('serves those who wait in their order, whatever they want and whoever gives up', async () => {
    await fc.assert(
      fc.asyncProperty(
        commands,
        fc.integer({ min: 1, max: 4 }),
        maybeChooser,
        async (list, permits, seed) => {
          await simulate(optionsOf(seed), async (sim) => {
            const semaphore = sim.semaphore(permits);
            const take = async (count: number): Promise<() => void> => {
              const permit = await semaphore.acquire(count);
              return () => permit.release();
            };
            await play(sim, list, { take, available: () => semaphore.available }, permits);
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lets nobody overtake: one who wants all of it is not starved by many who want a little', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const semaphore = sim.semaphore(2);
      const small = (name: string) =>
        sim.spawn(async () => {
          for (let i = 0; i < 20; i++) await semaphore.runWith(() => sim.sleep(10));
          sim.note(name);
        });
      small('small');
      small('small');
      await sim.sleep(15);
      await semaphore.runWith(() => sim.note('all'), 2);
      await sim.sleep(1000);
    });
    expect(notes.map(({ text }) => text)).toEqual(['all', 'small', 'small']);
    expect(notes[0]?.atNs).toBe(20);
  });

  it('refuses what can never be had, and a permit released twice', async () => {
    await simulate({}, async (sim) => {
      expect(() => sim.semaphore(0)).toThrow(SimError);
      const semaphore = sim.semaphore(2, 'db');
      expect(() => semaphore.acquire(3)).toThrow(/'db' has 1 to 2 permits/);
      const permit = await semaphore.acquire();
      permit.release();
      expect(() => permit.release()).toThrow(/released already/);
      expect(semaphore.available).toBe(2);
    });
  });
});

describe('a mutex', () => {
  it('is held by one at a time, in their order, whoever gives up', async () => {
    await fc.assert(
      fc.asyncProperty(commands, maybeChooser, async (list, seed) => {
        await simulate(optionsOf(seed), async (sim) => {
          const mutex = sim.mutex();
          const take = async (): Promise<() => void> => {
            const guard = await mutex.lock();
            return () => guard.release();
          };
          await play(sim, list, { take, available: () => (mutex.isLocked ? 0 : 1) }, 1);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('excludes: what one task does with the lock held, no other sees halfway', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { value } = await simulate({ chooser: new RandomChooser(seed) }, async (sim) => {
        const mutex = sim.mutex();
        let counter = 0;
        const add = async (): Promise<void> => {
          const before = counter;
          await sim.yield();
          counter = before + 1;
        };
        const tasks = Array.from({ length: 6 }, () => sim.spawn(() => mutex.runExclusive(add)));
        for (const task of tasks) await task.join();
        return counter;
      });
      expect(value).toBe(6);
    }
  });

  it('is released when the work throws, and not twice', async () => {
    await simulate({}, async (sim) => {
      const mutex = sim.mutex();
      const failing = mutex.runExclusive(() => {
        throw new Error('work');
      });
      await expect(failing).rejects.toThrow('work');
      expect(mutex.isLocked).toBe(false);
      const guard = await mutex.lock();
      expect(mutex.tryLock()).toBeUndefined();
      guard.release();
      expect(() => guard.release()).toThrow(/released already/);
      const next = await mutex.lock();
      // The first guard is not the second one's.
      expect(() => guard.release()).toThrow(/released already/);
      expect(mutex.isLocked).toBe(true);
      next.release();
    });
  });
});
