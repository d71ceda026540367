/** Calls over one connection, each with a deadline; a call that missed it failed. */
import assert from 'node:assert/strict';

export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  /** @type {{ number: number, failed: boolean } | undefined} */
  let current;
  for (let number = 1; number <= 3; number += 1) {
    const call = { number, failed: false };
    current = call;
    const timer = sim.after(1000, () => {
      if (current !== undefined) current.failed = true;
    });
    await sim.sleep(number * 300);
    timer.cancel();
    current = undefined;
    assert.ok(!call.failed, `call ${number} failed, though it was in time`);
    await sim.yield();
  }
}
