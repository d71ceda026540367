import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FifoChooser, RandomChooser, simulate } from '../../index.ts';
import { programs, run } from './programs.ts';

const none = (): number => 0;
const shuffledAwaits = fc.array(fc.nat(25), { minLength: 1, maxLength: 7 });

describe('the order of a run (REQ DST-1, SIM-6)', () => {
  it('does not depend on how many awaits a task makes (else a harmless refactoring changes the schedule)', async () => {
    await fc.assert(
      fc.asyncProperty(programs, shuffledAwaits, async (tasks, counts) => {
        const plain = await run(tasks, none);
        const delayed = await run(tasks, (n) => counts[n % counts.length] as number);
        expect(delayed.notes).toEqual(plain.notes);
        expect(delayed.traceHash).toBe(plain.traceHash);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on awaits with a chooser either', async () => {
    await fc.assert(
      fc.asyncProperty(programs, shuffledAwaits, fc.nat(1000), async (tasks, counts, seed) => {
        const plain = await run(tasks, none, { chooser: new RandomChooser(seed) });
        const awaits = (n: number): number => counts[n % counts.length] as number;
        const delayed = await run(tasks, awaits, { chooser: new RandomChooser(seed) });
        expect(delayed.notes).toEqual(plain.notes);
        expect(delayed.choices).toEqual(plain.choices);
        expect(delayed.traceHash).toBe(plain.traceHash);
      }),
      { numRuns: 100 },
    );
  });

  it('under a chooser that takes the first is that of no chooser (else exploring shows another program)', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (tasks) => {
        const plain = await run(tasks, none);
        const chosen = await run(tasks, none, { chooser: new FifoChooser() });
        expect(chosen.notes).toEqual(plain.notes);
        expect(chosen.value).toEqual(plain.value);
      }),
      { numRuns: 150 },
    );
  });

  it('is that of the recorded choices, whatever chose them', async () => {
    await fc.assert(
      fc.asyncProperty(programs, fc.nat(1000), async (tasks, seed) => {
        const first = await run(tasks, none, { chooser: new RandomChooser(seed) });
        const again = await run(tasks, none, { choices: first.choices });
        expect(again.traceHash).toBe(first.traceHash);
        expect(again.choices).toEqual(first.choices);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves no lock and no permit behind, in any schedule and with tasks aborted at any point', async () => {
    await fc.assert(
      fc.asyncProperty(programs, fc.nat(1000), async (tasks, seed) => {
        for (const options of [{}, { chooser: new RandomChooser(seed) }]) {
          const { value } = await run(tasks, none, options);
          expect(value).toEqual({ locked: [false, false], permits: 3 });
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('steps', () => {
  it('of a wake-up and of what it wakes are apart: the waker goes on first', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const channel = sim.channel<number>();
      const receiver = sim.spawn('receiver', async () => {
        await channel.receive();
        sim.note('received');
      });
      await sim.sleep(1);
      await channel.send(1);
      for (let i = 0; i < 50; i++) await undefined;
      sim.note('sent');
      await receiver.join();
    });
    expect(notes.map(({ text }) => text)).toEqual(['sent', 'received']);
  });

  it('of two deliveries in one event are apart (else their awaits run interleaved)', async () => {
    const { notes } = await simulate({}, async (sim) => {
      const sockets = ['x', 'y'].map((name) => sim.group(name).bind(1));
      const listeners = sockets.map((socket) =>
        sim.spawn(async () => {
          await socket.recvFrom();
          for (let i = 0; i < 3; i++) {
            await undefined;
            sim.note(sim.nameOf(socket.address));
          }
        }),
      );
      // As a NIC does that hands over several packets at once.
      sim.after(1, () => {
        for (const socket of sockets) socket.onPacket(sim.network.packets.take());
      });
      for (const listener of listeners) await listener.join();
    });
    expect(notes.map(({ text }) => text)).toEqual(['x:1', 'x:1', 'x:1', 'y:1', 'y:1', 'y:1']);
  });

  it('of a callback that settles a raw promise go on at that instant', async () => {
    const { value } = await simulate({}, async (sim) => {
      sim.after(7, () => undefined);
      await new Promise<void>((resolve) => void sim.after(5, resolve));
      return sim.now();
    });
    expect(value).toBe(5);
  });
});
