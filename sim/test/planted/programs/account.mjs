/** An account that may not be overdrawn, and two who draw from it. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  let balance = 100;
  const lock = sim.mutex('account');
  const withdraw = async (/** @type {number} */ amount) => {
    const guard = await lock.lock();
    const before = balance;
    if (before >= amount) {
      await sim.yield();
      balance -= amount;
    }
    guard.release();
  };
  const tasks = [60, 70].map((amount) => sim.spawn(`draws ${amount}`, () => withdraw(amount)));
  for (const task of tasks) await task.join();
  assert.ok(balance >= 0, `the account is overdrawn: ${balance}`);
}
