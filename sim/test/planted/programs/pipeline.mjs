/** Producers hand items to a consumer, who stops after a while; what it did not take is kept for later. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  const belt = sim.channel({ name: 'belt', capacity: 1 });
  let taken = 0;
  let kept = 0;
  const producer = async () => {
    for (let i = 0; i < 3; i += 1) {
      try {
        await belt.send(i);
      } catch {
        kept += 1;
      }
    }
  };
  const consumer = sim.spawn('consumer', async () => {
    for (let i = 0; i < 3; i += 1) {
      await belt.receive();
      taken += 1;
      await sim.yield();
    }
    belt.close();
    for await (const _ of belt) taken += 1;
  });
  const producers = [1, 2].map((n) => sim.spawn(`producer ${n}`, producer));
  for (const task of [...producers, consumer]) await task.join();
  assert.equal(taken + kept, 6, 'no item is lost');
}
