import { describe, expect, it } from 'vitest';
import { type SimError, simulate, type Sim } from '../../index.ts';

const codeOf = (error: unknown): string => (error as SimError).code;

/** What becomes of a program under a timeout: its value, or the code of its error, and when. */
async function outcome(ns: number, program: (sim: Sim) => unknown): Promise<unknown[]> {
  const { value } = await simulate({}, async (sim) => {
    const result = await sim.timeout(ns, () => program(sim)).catch(codeOf);
    return [result, sim.now()];
  });
  return value;
}

describe('a timeout (REQ TEST-S3)', () => {
  it('rejects at the deadline, and resolves before', async () => {
    expect(await outcome(10, (sim) => sim.sleep(11))).toEqual(['timeout', 10]);
    expect(await outcome(10, (sim) => sim.sleep(9).then(() => 'done'))).toEqual(['done', 9]);
    expect(await outcome(10, () => 'at once')).toEqual(['at once', 0]);
    expect(await outcome(0, (sim) => sim.sleep(1))).toEqual(['timeout', 0]);
  });

  it('passes on what the program throws', async () => {
    const run = simulate({}, (sim) =>
      sim.timeout(10, async () => {
        await sim.sleep(1);
        throw new Error('inside');
      }),
    );
    await expect(run).rejects.toThrow('inside');
  });

  it('cancels what the program waits for, wherever it is by then', async () => {
    const { value } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>();
      await sim
        .timeout(10, async () => {
          await undefined;
          await sim.sleep(5);
          await channel.receive();
        })
        .catch(codeOf);
      await channel.send(1);
      return channel.tryReceive();
    });
    expect(value).toBe(1);
  });

  it('leaves the decision to a program that catches it', async () => {
    const result = await outcome(10, async (sim) => {
      try {
        return await sim.sleep(50);
      } catch (error) {
        return `gave up: ${codeOf(error)}`;
      }
    });
    expect(result).toEqual(['gave up: timeout', 10]);
  });

  it('does not wait for a program that waits for something else', async () => {
    expect(await outcome(10, () => new Promise(() => undefined))).toEqual(['timeout', 10]);
  });

  it('inside a timeout: the shorter one comes first, and only its program ends', async () => {
    const nested = (outer: number, inner: number) =>
      outcome(outer, async (sim) => {
        const result = await sim
          .timeout(inner, () => sim.sleep(100))
          .catch((error: SimError) => error.message);
        await sim.sleep(5);
        return result;
      });
    expect(await nested(50, 10)).toEqual(['timed out after 10 ns', 15]);
    expect(await nested(10, 50)).toEqual(['timeout', 10]);
  });

  it('is over with the task around it', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const task = sim.spawn(() =>
        sim.timeout(100, async () => {
          try {
            await sim.sleep(80);
          } finally {
            sim.note(`inner ends at ${sim.now()}`);
          }
        }),
      );
      await sim.sleep(7);
      task.abort();
      await sim.sleep(200);
    });
    expect(notes.map(({ text }) => text)).toEqual(['inner ends at 7']);
  });

  it('takes effect in the task that set it alone, also for what comes after it', async () => {
    const { value } = await simulate({}, async (sim) => {
      const both = await Promise.all([
        sim.timeout(10, () => sim.sleep(5)).then(() => sim.sleep(30)),
        sim.timeout(10, () => sim.sleep(50)).catch(codeOf),
      ]);
      return [both[1], sim.now()];
    });
    expect(value).toEqual(['timeout', 35]);
  });

  it('and completion at one instant: what came is not lost', async () => {
    const { value } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>();
      sim.after(10, () => void channel.trySend(7));
      const got = await sim.timeout(10, () => channel.receive()).catch(codeOf);
      return [got, channel.length];
    });
    expect([
      [7, 0],
      ['timeout', 1],
    ]).toContainEqual(value);
  });
});
