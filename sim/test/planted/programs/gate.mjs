/** A gate that tasks wait at until somebody opens it; built from a flag and a list of those who wait. */
export const hosts = 1;

/** @type {import('../../../../tools/planted/program-quarry.ts').Program['program']} */
export async function program(sim) {
  let isOpen = false;
  /** @type {import('../../../../sim/index.ts').Channel<void>[]} */
  const waiting = [];
  const wait = async () => {
    if (isOpen) return;
    const bell = sim.channel({ name: 'bell', capacity: 1 });
    waiting.push(bell);
    await sim.yield();
    await bell.receive();
  };
  const open = () => {
    isOpen = true;
    for (const bell of waiting) bell.trySend(undefined);
  };
  const tasks = [1, 2].map((n) => sim.spawn(`waiter ${n}`, wait));
  sim.spawn('opener', open);
  for (const task of tasks) await task.join();
}
