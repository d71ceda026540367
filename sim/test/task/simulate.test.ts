import { describe, expect, it } from 'vitest';
import { SimError, TaskKind, formatDuration, ms, seconds, simulate, us, type Sim } from '../../index.ts';

describe('simulate() (REQ SIM-6, TEST-S1)', () => {
  it('returns what the main task returned, when, and what happened', async () => {
    const result = await simulate({ seed: 5 }, async (sim) => {
      await sim.sleep(ms(2));
      sim.note('slept');
      return 'value';
    });
    expect(result).toMatchObject({ value: 'value', seed: 5, endedAtNs: 2_000_000, choices: [] });
    expect(result.notes).toEqual([{ atNs: 2_000_000, task: 'main/main', text: 'slept' }]);
    expect(result.traceHash).toMatch(/^[0-9a-f]{32}$/);
    expect(result.network).toBeUndefined();
  });

  it('ends when the primary tasks have ended, and not before', async () => {
    const { endedAtNs, notes } = await simulate({}, async (sim) => {
      sim.spawn('server', async () => {
        for (;;) await sim.sleep(1);
      });
      sim.spawn(
        'job',
        async () => {
          await sim.sleep(50);
          sim.note('job done');
        },
        { primary: true },
      );
    });
    expect(endedAtNs).toBe(50);
    expect(notes).toHaveLength(1);
  });

  it('rejects with what a task throws that nobody waits for, at that instant', async () => {
    const error = new Error('broken');
    const run = simulate({ seed: 3 }, async (sim) => {
      sim.spawn('server', async () => {
        await sim.sleep(20);
        throw error;
      });
      await sim.sleep(1000);
    });
    await expect(run).rejects.toBe(error);
    expect(error).toMatchObject({ simulation: { seed: 3, endedAtNs: 20, choices: [], notes: [] } });
    const { simulation } = error as Error & { simulation?: object };
    expect(Object.keys(simulation ?? {})).toEqual(['seed', 'endedAtNs', 'events', 'traceHash', 'task']);
  });

  it('hands what a task throws to who waits for it', async () => {
    await simulate({}, async (sim) => {
      const task = sim.spawn(async () => {
        await sim.sleep(5);
        throw new Error('expected');
      });
      await expect(task.join()).rejects.toThrow('expected');
      await expect(task.join()).rejects.toThrow('expected');
    });
  });

  it('is the same for the same seed, and another for another one (REQ DST-1)', async () => {
    const program = async (sim: Sim): Promise<number> => {
      await sim.sleep(sim.rng.fork('delay').below(1_000_000));
      return sim.now();
    };
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => simulate({ seed }, program)));
    expect(again).toMatchObject({ value: first?.value, traceHash: first?.traceHash });
    expect(other?.value).not.toBe(first?.value);
    expect(other?.traceHash).not.toBe(first?.traceHash);
  });

  it('has a trace in which each task, wake-up and note shows', async () => {
    const { trace } = await simulate({ trace: { store: { recordsMax: 100 } } }, async (sim) => {
      await sim
        .group('host')
        .spawn(async () => {
          await sim.sleep(5);
          sim.note('here');
        })
        .join();
    });
    const kinds: [number, number, number][] = [];
    trace.store?.forEach((timeNs, kind, where) => void kinds.push([timeNs, kind, where]));
    expect(kinds).toEqual([
      [0, TaskKind.STARTED, 0],
      [0, TaskKind.STARTED, 1],
      [5, TaskKind.WOKE, 1],
      [5, TaskKind.NOTED, 1],
      [5, TaskKind.ENDED, 1],
      [5, TaskKind.WOKE, 0],
      [5, TaskKind.ENDED, 0],
    ]);
  });

  it('refuses the real clock inside, and allows it after', async () => {
    await expect(simulate({}, () => Date.now())).rejects.toMatchObject({ code: 'entropy' });
    const { value } = await simulate({ guards: false }, () => Date.now());
    expect(value).toBeGreaterThan(0);
  });

  it('cannot be used when it is over: nobody would ever be woken', async () => {
    let kept: Sim | undefined;
    await simulate({}, (sim) => void (kept = sim));
    await expect(kept?.sleep(1)).rejects.toMatchObject({ code: 'ended' });
    await expect(kept?.channel().receive()).rejects.toMatchObject({ code: 'ended' });
    expect(() => kept?.spawn(() => 1)).toThrow(SimError);
    expect(() => kept?.after(1, () => undefined)).toThrow(SimError);
    expect(() => kept?.bind(1)).toThrow(SimError);
  });

  it('refuses durations that are none, and groups without a name', async () => {
    await simulate({}, async (sim) => {
      for (const ns of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect(() => sim.sleep(ns)).toThrow(SimError);
        expect(() => sim.after(ns, () => undefined)).toThrow(SimError);
      }
      expect(() => sim.group('a:b')).toThrow(SimError);
      expect(() => sim.spawn('name', undefined as unknown as () => void)).toThrow(SimError);
    });
  });

  it('runs callbacks and functions that are not async as tasks too', async () => {
    const { value } = await simulate({}, async (sim) => {
      const task = sim.spawn('sum', () => 1 + 2);
      const seen: string[] = [];
      const timer = sim.timer(() => seen.push(`timer ${sim.now()}`));
      timer.set(10);
      timer.set(5);
      sim.after(7, () => seen.push(`after ${sim.now()}`));
      const never = sim.after(8, () => seen.push('never'));
      expect([never.cancel(), never.cancel()]).toEqual([true, false]);
      await sim.sleep(20);
      timer.set(5);
      await sim.sleepUntil(30);
      await sim.sleepUntil(3);
      return [await task.join(), seen, sim.now()];
    });
    expect(value).toEqual([3, ['timer 5', 'after 7', 'timer 25'], 30]);
  });
});

describe('durations', () => {
  it('are nanoseconds, and read like durations', () => {
    expect([us(1.5), ms(2), seconds(0.25)]).toEqual([1500, 2_000_000, 250_000_000]);
    expect([20, us(1.5), ms(2), seconds(90)].map(formatDuration)).toEqual([
      '20 ns',
      '1.5 µs',
      '2 ms',
      '90 s',
    ]);
  });
});
