import fc from 'fast-check';
import { SimError, simulate, type Sim, type SimResult, type SimulateOptions } from '../../index.ts';

/** What a task of a random program does next. Times in nanoseconds; few values, so that much falls on one instant. */
export type Op =
  | { readonly do: 'sleep' | 'after'; readonly ns: number }
  | { readonly do: 'yield' | 'datagram' | 'spawn' }
  | { readonly do: 'send' | 'receive'; readonly channel: number; readonly ns: number }
  | { readonly do: 'lock'; readonly mutex: number; readonly ns: number }
  | { readonly do: 'acquire'; readonly count: number; readonly ns: number }
  | { readonly do: 'abort'; readonly task: number };

const CHANNELS = 2;
const MUTEXES = 2;
const PERMITS = 3;

const ns = fc.constantFrom(0, 1, 2, 3, 5, 10, 100_000);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ do: fc.constantFrom('sleep' as const, 'after' as const), ns }),
  fc.record({ do: fc.constantFrom('yield' as const, 'datagram' as const, 'spawn' as const) }),
  fc.record({ do: fc.constantFrom('send' as const, 'receive' as const), channel: fc.nat(CHANNELS - 1), ns }),
  fc.record({ do: fc.constant('lock' as const), mutex: fc.nat(MUTEXES - 1), ns }),
  fc.record({ do: fc.constant('acquire' as const), count: fc.integer({ min: 1, max: PERMITS }), ns }),
  fc.record({ do: fc.constant('abort' as const), task: fc.nat(5) }),
);

/** One list of operations per task. */
export const programs: fc.Arbitrary<Op[][]> = fc.array(fc.array(op, { maxLength: 8 }), {
  minLength: 1,
  maxLength: 5,
});

/** How many extra awaits come before the n-th operation of the program. */
export type Awaits = (n: number) => number;

export interface Ended {
  /** Who has left what behind. */
  readonly locked: boolean[];
  readonly permits: number;
}

/** Runs a random program; all that happens is in its notes. */
export function run(
  tasks: readonly (readonly Op[])[],
  awaits: Awaits,
  options: SimulateOptions = {},
): Promise<SimResult<Ended>> {
  let operations = 0;
  const pause = async (): Promise<void> => {
    for (let left = awaits(operations++); left > 0; left--) await undefined;
  };
  return simulate(options, async (sim) => {
    const world = makeWorld(sim);
    const handles = tasks.map((ops, index) =>
      sim.group(`host${index % 2}`).spawn(`task${index}`, async () => {
        for (const each of ops) {
          await pause();
          await perform(sim, world, each, (task) => handles[task]?.abort(), pause);
          await pause();
        }
      }),
    );
    for (const handle of handles) {
      await handle.join().catch((error: unknown) => {
        if (!(error instanceof SimError) || error.code !== 'aborted') throw error;
      });
    }
    await sim.sleep(1_000_000);
    return { locked: world.mutexes.map((mutex) => mutex.isLocked), permits: world.semaphore.available };
  });
}

type World = ReturnType<typeof makeWorld>;

function makeWorld(sim: Sim) {
  const receiver = sim.group('receiver').bind(7);
  receiver.onDatagram((data) => sim.note(`datagram ${data[0]}`));
  return {
    channels: Array.from({ length: CHANNELS }, () => sim.channel<number>({ capacity: 2 })),
    mutexes: Array.from({ length: MUTEXES }, () => sim.mutex()),
    semaphore: sim.semaphore(PERMITS),
    sent: 0,
  };
}

async function perform(
  sim: Sim,
  world: World,
  each: Op,
  abort: (task: number) => void,
  pause: () => Promise<void>,
): Promise<void> {
  switch (each.do) {
    case 'sleep':
      await sim.sleep(each.ns);
      break;
    case 'after':
      sim.after(each.ns, () => sim.note('called'));
      break;
    case 'yield':
      await sim.yield();
      break;
    case 'datagram':
      sim.bind(0).sendTo(Uint8Array.of(world.sent++), 'receiver:7');
      break;
    case 'spawn':
      sim.spawn('child', async () => {
        await pause();
        await sim.yield();
        sim.note('child');
      });
      break;
    case 'send':
    case 'receive':
      await exchange(sim, world, each, pause);
      break;
    case 'lock':
      await world.mutexes[each.mutex]?.runExclusive(async () => {
        await pause();
        await sim.sleep(each.ns);
        sim.note('locked');
      });
      break;
    case 'acquire':
      await world.semaphore.runWith(() => sim.sleep(each.ns), each.count);
      break;
    case 'abort':
      abort(each.task);
      break;
  }
  sim.note(each.do);
}

async function exchange(
  sim: Sim,
  world: World,
  each: Op & { do: 'send' | 'receive' },
  pause: () => Promise<void>,
): Promise<void> {
  const channel = world.channels[each.channel];
  if (channel === undefined) return;
  try {
    const got = await sim.timeout(each.ns, async () => {
      await pause();
      return each.do === 'send' ? channel.send(world.sent++) : channel.receive();
    });
    sim.note(`${each.do} ${got}`);
  } catch (error) {
    if (!(error instanceof SimError) || error.code !== 'timeout') throw error;
    sim.note('timeout');
  }
}
