import { describe, expect, it } from 'vitest';
import { explore, ms, simulate, StallError, us, type Sim, type SimulateOptions } from '../../index.ts';

/** What JavaScript, and a test runner that strips types, lets a program do. */
type Loose = (sim: Sim) => unknown;
const loose = (value: unknown): never => value as never;

const MISUSES: [string, string, Loose][] = [
  [
    'a fault that is none',
    "no such fault 'crsh'; there are: crash, pause,",
    (sim) => sim.fault(loose({ kind: 'crsh' })),
  ],
  [
    'a rate as a number',
    'rate is { numerator, denominator }, as in { numerator: 1, denominator: 10 }, not 0.1',
    (sim) => sim.fault(loose({ kind: 'loss', on: 'main', rate: 0.1 })),
  ],
  ['no rate', 'rate is { numerator', (sim) => sim.fault(loose({ kind: 'loss', on: 'main' }))],
  [
    'a field of no fault',
    "the fault 'crash' has no 'forMs'; there are: kind, on,",
    (sim) => sim.fault(loose({ kind: 'crash', on: 'main', forMs: 3 })),
  ],
  [
    'a promise with a timeout',
    'timeout() takes a function that begins',
    (sim) => sim.timeout(ms(1), loose(sim.sleep(1))),
  ],
  [
    'a name without a port',
    "'main' does not end with a port, as in 'main:1337'",
    (sim) => sim.bind(7).sendTo(new Uint8Array(1), 'main'),
  ],
  [
    'a text',
    'takes a Uint8Array, not string: new TextEncoder().encode',
    (sim) => sim.bind(7).sendTo(loose('a'), 'main:7'),
  ],
  [
    'wider numbers',
    'takes a Uint8Array, not object',
    (sim) => sim.bind(7).sendTo(loose(new Uint16Array(1)), 'main:7'),
  ],
  [
    'a long datagram',
    'a datagram of 1473 bytes exceeds the 1472 that fit into a packet: mtuBytes of the network',
    (sim) => sim.bind(7).sendTo(new Uint8Array(1473), 'main:7'),
  ],
  [
    'a second start()',
    "'a' was started already: spawn()",
    (sim) => {
      sim.group('a').start(() => undefined);
      sim.group('a').start(() => undefined);
    },
  ],
  [
    'a task option',
    "spawn() has no 'prmary'; there are: primary",
    (sim) => sim.spawn(() => 1, loose({ prmary: true })),
  ],
  ['no function', 'take a function', (sim) => sim.group('a').start(loose(sim.sleep(1)))],
  [
    'an option of recvFrom()',
    "recvFrom() has no 'timeout'",
    (sim) => sim.bind(7).recvFrom(loose({ timeout: 3 })),
  ],
];

describe('misuse that no compiler saw is an error that says what to do', () => {
  it.each(MISUSES)('%s', async (_, message, program) => {
    const run = simulate({}, program);
    await expect(run).rejects.toMatchObject({ name: 'SimError' });
    await expect(run).rejects.toThrow(message);
  });

  it.each([
    ["simulate() has no 'sed'; there are: seed, untilNs, eventsMax,", { sed: 1 }],
    ["no such kind of network 'wire'; there are: wires, star", { network: { kind: 'wire' } }],
    [
      "network 'wires' has no 'latencyMs'; there are: kind, latencyNs,",
      { network: { kind: 'wires', latencyMs: 1 } },
    ],
    ["network 'star' has no 'host_count'", { network: { kind: 'star', host_count: 1 } }],
    ['loss is { numerator', { network: { kind: 'wires', loss: 0.1 } }],
  ])('%s', async (message, options) => {
    const run = simulate(options as SimulateOptions, (sim) => sim.bind(7));
    await expect(run).rejects.toThrow(message);
  });

  it('an option of explore()', async () => {
    const { failures } = await explore(loose({ strategy: 'pct', schedulesMax: 1, sed: 2 }), () => 1);
    expect(String(failures[0]?.failure)).toContain("has no 'sed'");
  });
});

describe('a run that goes on for ever', () => {
  it('is given up after eventsMax, with the list of tasks', async () => {
    const run = simulate({ eventsMax: 100_000 }, async (sim) => {
      sim.group('server').bind(7);
      const client = sim.bind(9);
      for (;;) {
        client.sendTo(Uint8Array.of(1), 'server:7');
        if ((await client.recvFrom({ timeoutNs: ms(1) })) !== undefined) return;
      }
    });
    const error: unknown = await run.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StallError);
    expect(error).toMatchObject({ code: 'busy', simulation: { events: 100_000 } });
    expect(String(error)).toMatch(
      /100000 events have happened \(eventsMax; untilNs .*main\/main \(primary\) waits/s,
    );
  });
});

describe('an error of a task', () => {
  it('says which task it was and when, and a test runner prints that and no choices', async () => {
    const run = simulate({ choices: [] }, async (sim) => {
      sim.group('server').start(async () => {
        await sim.sleep(us(5));
        throw new Error('broken');
      });
      await sim.sleep(us(7));
    });
    const { simulation } = await run.then(
      () => expect.fail(),
      (reason: { simulation: { toJSON(): object } }) => reason,
    );
    expect(simulation).toMatchObject({ task: 'server/main', endedAtNs: us(5), choices: [] });
    expect(Object.keys(simulation.toJSON())).toEqual(['seed', 'endedAtNs', 'events', 'traceHash', 'task']);
  });
});

describe('recvFrom({ timeoutNs })', () => {
  it('gives what comes in time, undefined at the deadline, and loses nothing that comes later', async () => {
    const { value, events } = await simulate({ untilNs: ms(50) }, async (sim) => {
      const socket = sim.bind(7);
      const sender = sim.group('sender').bind(9);
      const got: unknown[] = [];
      const receive = async (timeoutNs: number): Promise<void> => {
        const datagram = await socket.recvFrom({ timeoutNs });
        got.push([sim.now(), datagram?.data[0]]);
      };
      sender.sendTo(Uint8Array.of(1), 'main:7');
      await receive(us(51));
      sender.sendTo(Uint8Array.of(2), 'main:7');
      await receive(us(49));
      await receive(us(49));
      await receive(0);
      return got;
    });
    expect(value).toEqual([
      [us(50), 1],
      [us(99), undefined],
      [us(100), 2],
      [us(100), undefined],
    ]);
    expect(events).toBeLessThan(20);
  });

  it('that is over leaves no timer behind', async () => {
    const { endedAtNs } = await simulate({}, async (sim) => {
      const socket = sim.bind(7);
      const task = sim.spawn(() => socket.recvFrom({ timeoutNs: ms(9) }), { primary: true });
      await sim.sleep(us(1));
      socket.close();
      await expect(task.join()).rejects.toMatchObject({ code: 'closed' });
    });
    expect(endedAtNs).toBe(us(1));
  });
});
