/** Three tasks work in rounds; none begins a round before all have ended the one before it. */
import assert from 'node:assert/strict';

export const hosts = 1;

const TASKS = 3;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  let arrived = 0;
  let round = 0;
  const rounds = new Array(TASKS).fill(0);
  const pass = async () => {
    const own = round;
    arrived += 1;
    if (arrived === TASKS) {
      arrived = 0;
      round += 1;
      return;
    }
    while (own === round) await sim.sleep(1000);
  };
  const work = async (/** @type {number} */ index) => {
    for (let i = 1; i <= 3; i += 1) {
      rounds[index] = i;
      assert.ok(
        Math.min(...rounds) >= i - 1,
        `task ${index} is in round ${i}, another one in ${Math.min(...rounds)}`,
      );
      await pass();
    }
  };
  const tasks = rounds.map((_, index) => sim.spawn(`worker ${index}`, () => work(index)));
  for (const task of tasks) await task.join();
}
