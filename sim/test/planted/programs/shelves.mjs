/** N readers, each of whom needs two books of a round table at once; a book is with one reader at a time. */
export const hosts = 1;

const READERS = 4;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  const books = Array.from({ length: READERS }, (_, i) => sim.mutex(`book ${i}`));
  const reader = async (/** @type {number} */ own) => {
    const next = (own + 1) % READERS;
    const [first, second] = [Math.min(own, next), Math.max(own, next)];
    await books[first]?.runExclusive(async () => {
      await sim.yield();
      await books[second]?.runExclusive(() => sim.yield());
    });
  };
  const tasks = books.map((_, i) => sim.spawn(`reader ${i}`, () => reader(i)));
  for (const task of tasks) await task.join();
}
