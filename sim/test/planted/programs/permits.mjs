/** At most two connections at once, by tokens in a channel; a connection that takes too long is given up. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  const tokens = sim.channel({ name: 'tokens', capacity: Infinity });
  for (let i = 0; i < 2; i += 1) await tokens.send(i);
  let open = 0;
  let most = 0;
  const connect = async (/** @type {number} */ workNs) => {
    const token = await tokens.receive();
    open += 1;
    most = Math.max(most, open);
    try {
      await sim.timeout(1000, () => sim.sleep(workNs));
    } catch {
      // It is given up; its token comes back below.
    } finally {
      open -= 1;
      tokens.trySend(token);
    }
  };
  const works = [500, 2000, 700, 800, 900, 600];
  const tasks = works.map((workNs, i) => sim.spawn(`connection ${i}`, () => connect(workNs)));
  for (const task of tasks) await task.join();
  assert.ok(most <= 2, `${most} connections at once`);
}
