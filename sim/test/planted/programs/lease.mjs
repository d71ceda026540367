/** Leaders write to a store while they hold a lease; hosts may be paused at any time, and their clocks run as they like. */
import assert from 'node:assert/strict';

export const hosts = 3;

const LEASE_NS = 1_000_000;

/** Which leader is paused after which of its writes, for how long. @type {import('../../../../tools/planted/program-quarry.ts').Program['faults']} */
export const faults = (rng) =>
  Array.from({ length: 1 + rng.below(4) }, () => ({
    leader: rng.below(2),
    write: rng.below(10),
    pauseNs: (1 + rng.below(30)) * 100_000,
  }));

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim, pauses) {
  const ahead = [...pauses];
  const lock = { term: 0, untilNs: 0 };
  const store = { term: 0, lastTerm: 0 };
  const write = (/** @type {number} */ term) => {
    if (term < store.term) return false;
    store.term = term;
    assert.ok(term >= store.lastTerm, `term ${term} wrote after term ${store.lastTerm}`);
    store.lastTerm = term;
    return true;
  };
  const leader = async (/** @type {number} */ index) => {
    for (let writes = 0; writes < 10;) {
      if (sim.now() < lock.untilNs) {
        await sim.sleep(100_000);
        continue;
      }
      lock.term += 1;
      lock.untilNs = sim.now() + LEASE_NS;
      const { term, untilNs } = lock;
      for (; sim.now() + 100_000 < untilNs && writes < 10; writes += 1) {
        const pause = ahead.findIndex((fault) => fault.leader === index && fault.write === writes);
        const [paused] = pause < 0 ? [] : ahead.splice(pause, 1);
        await sim.sleep(paused?.pauseNs ?? 50_000);
        if (!write(term)) break;
      }
    }
  };
  const tasks = [0, 1].map((index) => sim.group(`leader-${index}`).spawn(() => leader(index)));
  for (const task of tasks) await task.join();
}
