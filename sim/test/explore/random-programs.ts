import fc from 'fast-check';
import { expect } from 'vitest';
import { explore, type Sim } from '../../index.ts';

export type Program = (sim: Sim) => unknown;

/** What a task of a random program does in one step. */
type Op = { readonly do: 'read' | 'write' | 'yield' | 'lock' | 'send' | 'receive'; readonly at: number };
const op: fc.Arbitrary<Op> = fc.record({
  do: fc.constantFrom('read', 'write', 'yield', 'lock', 'send', 'receive'),
  at: fc.nat(1),
});
const programs = fc.array(fc.array(op, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 });

/** Runs it; `seen` gets what each task saw, in words. */
function randomProgram(tasks: readonly (readonly Op[])[], seen: Set<string>): Program {
  return async (sim) => {
    const variables = [sim.shared(''), sim.shared('')];
    const locks = [sim.mutex(), sim.mutex()];
    const channels = [sim.channel<string>(), sim.channel<string>()];
    const logs = tasks.map(() => '');
    const perform = async (task: number, { do: what, at }: Op): Promise<void> => {
      const variable = variables[at] as (typeof variables)[0];
      if (what === 'read') logs[task] += `${variable.value};`;
      else if (what === 'write') variable.value += task;
      else if (what === 'yield') await sim.yield();
      else if (what === 'lock') {
        const guard = locks[at]?.tryLock();
        logs[task] += guard === undefined ? 'busy;' : 'held;';
        await sim.yield();
        guard?.release();
      } else if (what === 'send') channels[at]?.trySend(`${task}`);
      else logs[task] += `${String(channels[at]?.tryReceive())};`;
    };
    tasks.forEach((ops, task) => {
      sim.spawn(`task${task}`, async () => {
        for (const each of ops) {
          await perform(task, each);
          await sim.yield();
        }
      });
    });
    await sim.sleep(1);
    seen.add([...logs, ...variables.map(({ value }) => value)].join('|'));
  };
}

/** Compares exploration with reduction to that of every schedule, for `numRuns` random programs. */
export async function checkReduction(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(programs, async (tasks) => {
      const reducedOutcomes = new Set<string>();
      const outcomes = new Set<string>();
      const reduced = await explore({ schedulesMax: 3000 }, randomProgram(tasks, reducedOutcomes));
      const whole = await explore({ schedulesMax: 3000, reduction: false }, randomProgram(tasks, outcomes));
      fc.pre(whole.isExhausted);
      expect([...reducedOutcomes].toSorted()).toEqual([...outcomes].toSorted());
      expect(reduced).toMatchObject({ schedules: whole.classes, classes: whole.classes, repeats: 0 });
    }),
    { numRuns },
  );
}
