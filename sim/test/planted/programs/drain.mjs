/** A worker takes jobs from a list until it is told to stop; what was handed in before that is still done. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  /** @type {number[]} */
  const jobs = [];
  const bell = sim.channel({ name: 'bell', capacity: 1 });
  let isStopped = false;
  let done = 0;
  const worker = sim.spawn('worker', async () => {
    for (;;) {
      for (; jobs.length > 0; done += 1) {
        jobs.shift();
        await sim.yield();
      }
      if (isStopped) return;
      await bell.receive();
    }
  });
  const client = sim.spawn('client', async () => {
    for (let i = 0; i < 3; i += 1) {
      jobs.push(i);
      bell.trySend(undefined);
      await sim.yield();
    }
    isStopped = true;
    bell.trySend(undefined);
  });
  await client.join();
  await worker.join();
  assert.equal(done, 3, 'every job that was handed in is done');
}
