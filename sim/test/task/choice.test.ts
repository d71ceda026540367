import { describe, expect, it } from 'vitest';
import { FifoChooser, RandomChooser, simulate, type Candidate, type Chooser, type Sim } from '../../index.ts';

/** Takes the prescribed choices, then the first, and notes how many candidates there were. */
class Guided implements Chooser {
  readonly counts: number[] = [];
  readonly seen: Candidate[][] = [];
  readonly #choices: readonly number[];

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  choose(candidates: readonly Candidate[]): number {
    const index = this.#choices[this.counts.length] ?? 0;
    this.counts.push(candidates.length);
    this.seen.push(candidates.map(({ kind, id, ordinal, label }) => ({ kind, id, ordinal, label })));
    return index;
  }
}

/** All schedules of a program: depth first over its choices, as a bounded exhaustive exploration will do it. */
async function allSchedules(program: (sim: Sim) => Promise<void>): Promise<string[]> {
  const schedules: string[] = [];
  let choices: number[] | undefined = [];
  while (choices !== undefined) {
    const chooser = new Guided(choices);
    const { notes, choices: made } = await simulate({ chooser }, program);
    schedules.push(notes.map(({ text }) => text).join(' '));
    choices = nextOf(made, chooser.counts);
  }
  return schedules;
}

function nextOf(made: readonly number[], counts: readonly number[]): number[] | undefined {
  for (let at = made.length - 1; at >= 0; at--) {
    const choice = made[at] as number;
    if (choice + 1 < (counts[at] as number)) return [...made.slice(0, at), choice + 1];
  }
  return undefined;
}

/** `names` at one instant, each in its own task. */
function atOnce(names: readonly string[]) {
  return async (sim: Sim): Promise<void> => {
    for (const name of names) sim.spawn(name, () => sim.note(name));
    await sim.sleep(1);
  };
}

/** A counter that two tasks read, wait, and write: correct only if one is over before the other begins. */
async function lostUpdate(sim: Sim): Promise<number> {
  let counter = 0;
  const add = async (): Promise<void> => {
    const before = counter;
    await sim.yield();
    counter = before + 1;
  };
  const first = sim.spawn('first', add);
  await first.join();
  // Only here do both run at the same instant, and in the order of spawning the second one comes too late to see it.
  const late = sim.spawn('late', async () => {
    await sim.yield();
    await sim.yield();
    await add();
  });
  const early = sim.spawn('early', add);
  await late.join();
  await early.join();
  return counter;
}

describe('a chooser', () => {
  it('is asked for every order of three tasks: six schedules, each once', async () => {
    const schedules = await allSchedules(atOnce(['a', 'b', 'c']));
    expect(schedules.toSorted()).toEqual(['a b c', 'a c b', 'b a c', 'b c a', 'c a b', 'c b a']);
  });

  it('is not asked when only one step is due', async () => {
    const chooser = new Guided([]);
    await simulate({ chooser }, async (sim) => {
      for (let i = 0; i < 5; i++) await sim.sleep(3);
    });
    expect(chooser.counts).toEqual([]);
  });

  it('sees timers, wake-ups, starts and deliveries of one instant together', async () => {
    const chooser = new Guided([]);
    await simulate({ chooser }, async (sim) => {
      const channel = sim.channel<number>({ name: 'c' });
      const socket = sim.group('server').bind(7);
      sim.group('server').spawn('receiver', () => socket.recvFrom());
      sim.spawn('waiting', () => channel.receive());
      const client = sim.group('client').bind(0);
      await sim.sleep(10);
      client.sendTo(new Uint8Array(4), 'server:7');
      const arrivalNs = 50_000;
      sim.spawn('sleeping', () => sim.sleep(arrivalNs));
      sim.after(arrivalNs, () => {
        channel.trySend(1);
        sim.spawn('starting', () => undefined);
      });
      await sim.sleep(arrivalNs + 1);
    });
    const kinds = new Set(chooser.seen.flat().map(({ kind, label }) => `${kind} ${label}`));
    expect(kinds).toContain('timer main/main: callback');
    expect(kinds).toContain('timer main/sleeping');
    expect(kinds).toContain('wake main/waiting');
    expect(kinds).toContain('start main/starting');
    expect(kinds).toContain('delivery server/receiver');
  });

  it('sees the same ids in every schedule: they name who spawned whom, not when', async () => {
    const program = async (sim: Sim): Promise<void> => {
      const parents = ['p', 'q'].map((name) =>
        sim.spawn(name, async () => {
          await sim.sleep(1);
          await sim.spawn(`child of ${name}`, () => sim.sleep(1)).join();
        }),
      );
      for (const parent of parents) await parent.join();
    };
    const ids = new Map<string, Set<number>>();
    for (const choices of [[], [1], [1, 1, 1], [0, 1, 0, 1]]) {
      const chooser = new Guided(choices);
      await simulate({ chooser }, program);
      for (const { label, id } of chooser.seen.flat()) ids.set(label, (ids.get(label) ?? new Set()).add(id));
    }
    expect(ids.size).toBeGreaterThanOrEqual(4);
    for (const [label, seen] of ids) expect([label, seen.size]).toEqual([label, 1]);
    expect(new Set([...ids.values()].map((seen) => [...seen][0])).size).toBe(ids.size);
  });

  it('can put a cancellation before the timer of the same instant, which then does not come', async () => {
    const program = async (sim: Sim): Promise<void> => {
      const timer = sim.timer(() => sim.note('timer'));
      timer.set(5);
      sim.after(5, () => sim.note(`cancelled ${timer.cancel()}`));
      await sim.sleep(9);
    };
    const schedules = await allSchedules(program);
    expect(schedules.toSorted()).toEqual(['cancelled true', 'timer cancelled false']);
  });

  it('can put an abort before the end of the sleep of the same instant', async () => {
    const program = async (sim: Sim): Promise<void> => {
      const sleeper = sim.spawn(async () => {
        await sim.sleep(5);
        sim.note('slept');
      });
      sim.after(5, () => sleeper.abort());
      await sim.sleep(9);
      sim.note('end');
    };
    expect((await allSchedules(program)).toSorted()).toEqual(['end', 'slept end']);
  });

  it('finds an update that is lost in some orders only (REQ TEST-S2)', async () => {
    expect((await simulate({}, lostUpdate)).value).toBe(3);
    const values = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      values.add((await simulate({ chooser: new RandomChooser(seed) }, lostUpdate)).value);
    }
    expect([...values].toSorted()).toEqual([2, 3]);
  });

  it('of the same seed chooses the same; of another seed something else', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const texts = async (seed: number): Promise<string> => {
      const { notes } = await simulate({ chooser: new RandomChooser(seed) }, atOnce(names));
      return notes.map(({ text }) => text).join('');
    };
    expect(await texts(4)).toBe(await texts(4));
    const all = await Promise.all(Array.from({ length: 10 }, (_, seed) => texts(seed)));
    expect(new Set(all).size).toBeGreaterThan(5);
  });

  it('that chooses nothing there is, is refused', async () => {
    for (const index of [3, -1, 0.5, Number.NaN]) {
      const run = simulate({ chooser: { choose: () => index } }, atOnce(['a', 'b', 'c']));
      await expect(run).rejects.toMatchObject({ code: 'bad-argument' });
    }
  });
});

describe('recorded choices', () => {
  it('replay alone, without seed or chooser, and may be cut short', async () => {
    const first = await simulate({ chooser: new RandomChooser(5) }, atOnce(['a', 'b', 'c', 'd']));
    expect(first.choices).toHaveLength(3);
    const again = await simulate({ choices: first.choices }, atOnce(['a', 'b', 'c', 'd']));
    expect(again.traceHash).toBe(first.traceHash);
    const short = await simulate({ choices: [] }, atOnce(['a', 'b', 'c', 'd']));
    const fifo = await simulate({ chooser: new FifoChooser() }, atOnce(['a', 'b', 'c', 'd']));
    expect(short.traceHash).toBe(fifo.traceHash);
  });

  it('of a failed run are in its error', async () => {
    const failing = async (sim: Sim): Promise<void> => {
      await atOnce(['a', 'b', 'c'])(sim);
      throw new Error('on purpose');
    };
    const error = (await simulate({ seed: 9, chooser: new RandomChooser(2) }, failing).catch(
      (reason: unknown) => reason,
    )) as Error & { simulation: { seed: number; choices: number[]; traceHash: string } };
    expect(error.message).toBe('on purpose');
    expect(error.simulation).toMatchObject({ seed: 9, choices: [expect.any(Number), expect.any(Number)] });
    const again = (await simulate({ seed: 9, choices: error.simulation.choices }, failing).catch(
      (reason: unknown) => reason,
    )) as typeof error;
    expect(again.simulation.traceHash).toBe(error.simulation.traceHash);
  });

  it('that do not fit the program are an error', async () => {
    const run = simulate({ choices: [0, 2] }, atOnce(['a', 'b', 'c']));
    await expect(run).rejects.toMatchObject({ code: 'diverged' });
    await expect(simulate({ choices: [], chooser: new FifoChooser() }, () => 0)).rejects.toMatchObject({
      code: 'bad-argument',
    });
  });
});
