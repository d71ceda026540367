/** Programs of tasks, run under a random schedule: what they do depends on the order of everything. */
import { ms, RandomChooser, SimError, simulate, us, type Sim, type SimResult } from '../../sim/index.ts';
import type { TraceOptions } from '../../sim/trace/trace.ts';

const TASKS = 6;
const ROUNDS = 20;

/** Workers take from one channel and put into another, as fast as a semaphore lets them. */
async function pipeline(sim: Sim): Promise<void> {
  const work = sim.channel<number>({ capacity: 3 });
  const done = sim.channel<number>({ capacity: 2 });
  const permits = sim.semaphore(2);
  for (let worker = 0; worker < TASKS; worker += 1) {
    sim.spawn(`worker ${worker}`, async () => {
      for (;;) {
        const item = await work.receive();
        const permit = await permits.acquire();
        await sim.sleep(us(1 + sim.rng.below(20)));
        permit.release();
        await done.send(item * TASKS + worker);
      }
    });
  }
  sim.spawn('source', async () => {
    for (let item = 0; item < TASKS * ROUNDS; item += 1) await work.send(item);
  });
  for (let i = 0; i < TASKS * ROUNDS; i += 1) sim.note(`took ${await done.receive()}`);
}

/** Clients count on a server over UDP that loses packets; who asks again may be counted twice. */
async function counters(sim: Sim): Promise<void> {
  const dice = sim.rng.fork('loss');
  sim.monitor(() => (dice.ratio(1, 10) ? 'drop' : 'pass'));
  sim.group('server').spawn(async () => {
    const socket = sim.bind(7);
    for (let count = 0; ; count += 1) {
      const { from } = await socket.recvFrom();
      socket.sendTo(Uint8Array.of(count & 255, count >> 8), from);
    }
  });
  const clients = Array.from({ length: TASKS }, (_, i) => sim.group(`client ${i}`).spawn(() => ask(sim)));
  for (const client of clients) await client.join();
}

async function ask(sim: Sim): Promise<void> {
  const socket = sim.bind(0);
  for (let answers = 0; answers < ROUNDS;) {
    socket.sendTo(Uint8Array.of(answers), 'server:7');
    try {
      const { data } = await sim.timeout(ms(1), () => socket.recvFrom());
      sim.note(`told ${data[0]}`);
      answers += 1;
    } catch (error) {
      if (!(error instanceof SimError) || error.code !== 'timeout') throw error;
    }
  }
}

/** Tasks that wake at the same instants and fight for one lock. */
async function contention(sim: Sim): Promise<void> {
  const mutex = sim.mutex();
  const tasks = Array.from({ length: TASKS }, (_, i) =>
    sim.spawn(`task ${i}`, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await sim.sleep(us(10));
        const guard = await mutex.lock();
        if (sim.rng.ratio(1, 3)) await sim.sleep(us(3));
        sim.note(`${i} in round ${round}`);
        guard.release();
      }
    }),
  );
  for (const task of tasks) await task.join();
}

export const PROGRAMS: Readonly<Record<string, (sim: Sim) => Promise<void>>> = {
  pipeline,
  counters,
  contention,
};

/** Runs the program under the schedule of `seed`. */
export function runProgram(name: string, seed: number, trace: TraceOptions): Promise<SimResult<void>> {
  const program = PROGRAMS[name];
  if (program === undefined) throw new Error(`there is no program ${name}`);
  return simulate({ seed, chooser: new RandomChooser(seed), trace }, program);
}
