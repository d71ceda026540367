/** A cache in front of a store: a reader fills it on a miss, a writer writes the store and empties the cache. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  let stored = 1;
  /** @type {number | undefined} */
  let cached;
  let writes = 0;
  const read = async () => {
    if (cached !== undefined) return;
    const seen = writes;
    const value = stored;
    await sim.yield();
    if (seen === writes) cached = value;
  };
  const write = async () => {
    await sim.yield();
    stored = 2;
    writes += 1;
    cached = undefined;
  };
  const tasks = [sim.spawn('reader', read), sim.spawn('writer', write)];
  for (const task of tasks) await task.join();
  assert.ok(cached === undefined || cached === stored, 'the cache holds what the store no longer does');
}
