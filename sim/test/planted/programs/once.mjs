/** A connection that is opened when it is first needed, by whoever needs it first. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  let opened = 0;
  /** @type {'no' | 'opening' | 'yes'} */
  let state = 'no';
  const ready = sim.channel({ name: 'ready', capacity: Infinity });
  const use = async () => {
    if (state === 'yes') return;
    if (state === 'opening') return ready.receive();
    state = 'opening';
    await sim.yield();
    opened += 1;
    state = 'yes';
    for (let i = 0; i < 2; i += 1) await ready.send(undefined);
  };
  const tasks = [1, 2, 3].map((n) => sim.spawn(`user ${n}`, use));
  for (const task of tasks) await task.join();
  assert.equal(opened, 1, 'it is opened once');
}
