import { afterEach, describe, expect, it, vi } from 'vitest';
import { ms, seconds, simulate, StallError, us, type Sim } from '../../../sim/index.ts';
import { simulation, SimulationFailure, type SimulationOptions } from '../../testing/index.ts';

afterEach(() => void vi.unstubAllEnvs());

async function failureOf(
  program: (sim: Sim) => unknown,
  options?: SimulationOptions,
): Promise<SimulationFailure> {
  const error: unknown = await simulation(program, options)().catch((reason: unknown) => reason);
  if (!(error instanceof SimulationFailure)) throw new Error(`expected a failure, found ${String(error)}`);
  return error;
}

/** Fails if the second of three tasks that are due together goes first, whatever the others do. */
async function racy(sim: Sim): Promise<void> {
  const order: string[] = [];
  const named = (name: string) => async (): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      await sim.sleep(us(1));
      order.push(name);
    }
  };
  const tasks = ['a', 'b', 'c'].map((name) => sim.spawn(name, named(name), { primary: true }));
  for (const task of tasks) await task.join();
  if (order.indexOf('c', 6) < order.indexOf('a', 6))
    throw new Error(`c is before a at ${order.indexOf('c', 6)}`);
}

/** Sends forty datagrams and needs the 17th and the 23rd. */
async function needsTwo(sim: Sim): Promise<void> {
  const receiver = sim.group('server').bind(7);
  const seen = new Set<number>();
  receiver.onDatagram((data) => void seen.add(data[0] ?? 0));
  const sender = sim.group('client').bind(9);
  for (let i = 1; i <= 40; i++) {
    sender.sendTo(Uint8Array.of(i), 'server:7');
    await sim.sleep(ms(1));
  }
  await sim.sleep(ms(1));
  if (!seen.has(17) && !seen.has(23)) throw new Error('neither came');
}

/** Fails if the datagram of bob is first. */
async function racyPackets(sim: Sim): Promise<void> {
  const server = sim.group('server').bind(7);
  for (const name of ['alice', 'bob']) {
    sim.group(name).start(() => sim.bind(9).sendTo(Uint8Array.of(1), 'server:7'));
  }
  const { from } = await server.recvFrom();
  if (sim.nameOf(from) === 'bob:9') throw new Error('bob is first');
}

const HALF = { network: { kind: 'wires', loss: { numerator: 1, denominator: 2 } } } as const;

describe('simulation(). REQ DST-3, DST-4', () => {
  it('passes what does not fail, for every seed and order that is asked for', async () => {
    const seeds: number[] = [];
    await simulation((sim) => void seeds.push(sim.rng.fork('x').below(1_000_000)), { seeds: 7 })();
    expect(new Set(seeds).size).toBe(7);
  });

  it('shrinks an order of steps to the choices that matter, and says who goes before whom', async () => {
    const { message, replay, cause } = await failureOf(racy);
    expect((cause as Error).message).toMatch(/^c is before a/);
    const choices = (/choices=([\d,]*)/.exec(replay)?.[1] ?? '')
      .split(',')
      .filter((choice) => choice !== '0');
    expect(choices.length).toBeLessThanOrEqual(2);
    expect(message).toMatch(/Counterexample: seed \d+; choices [0-2, ]*[12]\n {2}at \d µs: /);
    expect(message.match(/ goes before .*\(choice \d+\)\n/g)).toHaveLength(choices.length);
  });

  it('shrinks what was lost to the packets that matter', async () => {
    const { message } = await failureOf(needsTwo, HALF);
    expect(message).toContain('packets 17, 23\n  at 16 ms: drop: packet 17, client:9 to server:7\n');
    expect(message).toContain('Got Error in main/main at 41 ms: neither came');
  });

  it('shrinks the faults of the options, and what monitors do', async () => {
    const program = async (sim: Sim): Promise<void> => {
      sim.monitor(({ data }) => ((data[0] ?? 0) % 2 === 1 ? { delayNs: ms(500) } : 'pass'));
      await needsTwo(sim);
    };
    const cut = { kind: 'link-down', on: 'client', forNs: ms(2) } as const;
    const { message } = await failureOf(program, {
      faults: [
        { ...cut, atNs: ms(5) },
        { ...cut, atNs: ms(22) },
      ],
    });
    expect(message).toContain('packets 17, 23');
    expect(message).toMatch(/first in, first out; packets 17, 23\n/);
    expect(message).toContain('delay 500 ms: packet 17');
  });

  it('finds the packets again that have other numbers once an earlier loss is gone', async () => {
    const program = async (sim: Sim): Promise<void> => {
      const server = sim.group('server').bind(7);
      server.onDatagram((data, from) => server.sendTo(data, from));
      const client = sim.group('client').bind(9);
      for (let value = 1; value <= 15; value++) {
        let acked = false;
        client.onDatagram((data) => void (acked ||= data[0] === value));
        for (let sent = 1; !acked; sent++) {
          if (value === 12 && sent === 4) throw new Error('four times');
          client.sendTo(Uint8Array.of(value), 'server:7');
          await sim.sleep(ms(1));
        }
      }
    };
    const { replay } = await failureOf(program, HALF);
    // All but the three losses at the twelfth value are gone: 22 packets came before.
    expect(replay).toMatch(/ packets=2\d:drop,2\d:drop,2\d:drop$/);
  });

  it('replays the one case that the variable holds', async () => {
    const named = { ...HALF, name: 'needs two' };
    const { replay } = await failureOf(needsTwo, named);
    vi.stubEnv('DCQUIC_REPLAY', replay);
    // Also after an edit of the program: what names a test is its name.
    const again = await failureOf((sim) => needsTwo(sim), named);
    expect(again.message).toContain('The case to replay fails.');
    expect(again.replay).toBe(replay);
    vi.stubEnv('DCQUIC_REPLAY', 'seed 3');
    await expect(simulation(needsTwo)()).rejects.toThrow('"seed 3" is no case to replay; copy');
  });

  it('says when what the variable holds is of another test, or of another version of it', async () => {
    const made = (name: string) => simulation(needsTwo, { ...HALF, name });
    const { replay } = await failureOf(needsTwo, { ...HALF, name: 'one' });
    vi.stubEnv('DCQUIC_REPLAY', replay);
    await expect(made('other')()).rejects.toThrow("DCQUIC_REPLAY is not of this test, 'other'");
    // Tests made of one function by a runner that names them, and by one that does not.
    const byRunner = { task: { name: 'one', suite: { name: 'suite' }, file: { name: 'a.test.ts' } } };
    await expect(simulation(needsTwo)(byRunner)).rejects.toThrow("'a.test.ts > suite > one'");
    await expect(simulation(needsTwo)()).rejects.toThrow(/simulation\.test\.ts:\d+:\d+'/);
    const edited = simulation(() => 1, { name: 'one' })();
    await expect(edited).rejects.toThrow(
      'passes, but 2 of its packets did not occur: the program has changed',
    );
  });

  it('runs a case that is checked in, alone', async () => {
    const { replay } = await failureOf(needsTwo, HALF);
    const again = await failureOf(needsTwo, { ...HALF, replay });
    expect(again.message).toContain('The case to replay fails.');
    let runs = 0;
    await simulation(() => void runs++, { replay })();
    expect(runs).toBe(1);
  });

  it('loses the packets that simulate() loses: a seed that fails here fails there', async () => {
    const options = { ...HALF, orders: ['fifo'], shrinkRunsMax: 0, seeds: 20 } as const;
    const { replay } = await failureOf(needsTwo, options);
    const found = Number(/seed=(\d+)/.exec(replay)?.[1]);
    const failing: number[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      await simulate({ ...HALF, seed }, needsTwo).catch(() => failing.push(seed));
    }
    expect(failing[0]).toBe(found);
    expect(failing.length).toBeGreaterThan(1);
    expect(failing.length).toBeLessThan(20);
  });

  it('tells faults, hits of faults, notes, and hosts by name', async () => {
    const loss = { kind: 'loss', on: 'client', rate: { numerator: 1, denominator: 1 } } as const;
    const faults = [
      { ...loss, atNs: us(15_500), forNs: ms(1) },
      { kind: 'pause', on: 'other', atNs: ms(1), forNs: ms(1) },
      { kind: 'partition', between: ['client', 'server'], atNs: us(21_500), forNs: ms(1) },
    ] as const;
    const program = async (sim: Sim): Promise<void> => {
      sim.group('other');
      sim.group('observer').start(async () => {
        await sim.sleep(ms(3));
        sim.note('three');
        await sim.sleep(ms(39));
        await needsNothing();
      });
      await needsTwo(sim).catch(() => sim.sleep(seconds(1)));
    };
    const needsNothing = (): Promise<never> => Promise.reject(new Error('neither'));
    const { message } = await failureOf(program, { faults, seeds: 1, orders: ['fifo'], shrinkRunsMax: 0 });
    expect(message).toContain('Counterexample: seed 1; steps first in, first out; 3 of 3 faults');
    expect(message).toContain('  at 1 ms: pause other until 2 ms\n  at 3 ms: observer/main notes: three\n');
    expect(message).toContain('  at 15.5 ms: loss client until 16.5 ms\n');
    expect(message).toContain('  at 16 ms: loss hits a packet, client:9 to server:7\n');
    expect(message).toContain('  at 21.5 ms: partition client from server until 22.5 ms\n');
    expect(message).toContain('Got Error in observer/main at 42 ms: neither');
    const random = await failureOf(racyPackets, { orders: ['random'], shrinkRunsMax: 0 });
    expect(random.message).toMatch(/(alice|bob|server).* goes before /);
    expect(random.message).not.toContain('host[');
  });

  it('ends when the test runner has given the test up, and when a run does not end', async () => {
    let runs = 0;
    const signal = { aborted: true };
    await simulation(() => void runs++)({ signal });
    expect(runs).toBe(1);
    const spin = async (sim: Sim): Promise<void> => {
      for (;;) await sim.sleep(1);
    };
    await simulation(spin)({ signal });
    const { message, cause } = await failureOf(spin, { eventsMax: 1000 });
    expect(cause).toMatchObject({ code: 'busy' });
    expect(message).toContain('shrunk in 0 more');
    await expect(simulation(spin, { orders: ['lifo' as 'fifo'] })()).rejects.toThrow("no such order 'lifo'");
  });

  it('shows who waits for what when the program hangs', async () => {
    const { cause, message } = await failureOf(
      async (sim) => void (await sim.channel({ name: 'jobs' }).receive()),
    );
    expect(cause).toBeInstanceOf(StallError);
    expect(message).toContain("waits for an item from channel 'jobs'");
  });

  it('keeps to the runs that shrinking may take', async () => {
    const { message } = await failureOf(needsTwo, { ...HALF, shrinkRunsMax: 3 });
    expect(message).toContain('shrunk in 3 more');
  });
});
