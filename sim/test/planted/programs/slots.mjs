/** Jobs live in slots that are used again. Whoever gives a job up frees its slot; its worker may still finish it. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  const slot = { generation: 0, job: '' };
  /** @type {string[]} */
  const done = [];
  const begin = (/** @type {string} */ job) => {
    slot.job = job;
    return slot.generation;
  };
  const free = () => {
    slot.generation += 1;
    slot.job = '';
  };
  const finish = (/** @type {number} */ generation) => {
    if (generation !== slot.generation) return;
    done.push(slot.job);
    free();
  };
  const first = begin('first');
  const worker = sim.spawn('worker', async () => {
    for (let i = 0; i < 3; i += 1) await sim.yield();
    finish(first);
  });
  await sim.yield();
  if (slot.job === 'first') free();
  begin('second');
  await worker.join();
  assert.ok(!done.includes('second'), 'the second job is done, and nobody did it');
}
