import { describe, expect, it } from 'vitest';
import {
  HostEvent,
  type SimError,
  TaskKind,
  ms,
  seconds,
  simulate,
  us,
  type Sim,
  type SimResult,
  type SimulateOptions,
  type TraceRecord,
  type UdpSocket,
} from '../../index.ts';

const codeOf = (error: unknown): string => (error as SimError).code;
const thrownBy = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return codeOf(error);
  }
  return 'nothing';
};

/** What befell hosts, as the trace has it: `[atNs, event, first parameter]`. */
function befell({ trace }: SimResult<unknown>): [number, number, number][] {
  const records: TraceRecord[] = [];
  for (let i = 0; i < (trace.store?.length ?? 0); i++) records.push(trace.store?.at(i) as TraceRecord);
  return records.filter(({ kind }) => kind === TaskKind.HOST).map(({ timeNs, a, b }) => [timeNs, a, b]);
}

const traced = <T>(
  main: (sim: Sim) => T | Promise<T>,
  options: SimulateOptions = {},
): Promise<SimResult<T>> => simulate({ ...options, trace: { store: { recordsMax: 10_000 } } }, main);

/** Counts in memory what it was asked, and answers with that. */
async function counter(sim: Sim): Promise<void> {
  const socket = sim.bind(7);
  for (let count = 1; ; count++) {
    const { from } = await socket.recvFrom();
    socket.sendTo(Uint8Array.of(count), from);
  }
}

/** The answer, or `timeout`. */
async function ask(sim: Sim): Promise<number | string> {
  const socket = sim.bind(0);
  socket.sendTo(Uint8Array.of(0), 'server:7');
  try {
    return await sim.timeout(us(200), async () => (await socket.recvFrom()).data[0] ?? 0);
  } catch (error) {
    return codeOf(error);
  } finally {
    socket.close();
  }
}

/** Ways to go on after a crash without listening; each would keep the process busy for ever, and no test limit would end it. */
const DEAF: [string, (sim: Sim, socket: UdpSocket) => unknown][] = [
  [
    'sends and waits',
    (sim, socket) => {
      socket.sendTo(Uint8Array.of(1), 'server:7');
      return sim.timeout(ms(1), () => socket.recvFrom());
    },
  ],
  ['binds', (sim) => sim.bind(7).recvFrom()],
  ['binds anew each time', (sim) => sim.bind(0).recvFrom()],
  ['spawns', (sim) => sim.spawn(() => sim.sleep(1)).join()],
  [
    'spawns on another host',
    (sim) =>
      sim
        .group('server')
        .spawn(() => sim.sleep(1))
        .join(),
  ],
  ['sleeps', (sim) => sim.sleep(1)],
];

describe('a host that crashes (REQ DST-5)', () => {
  it.each(DEAF)('is over also if its program catches everything and %s', async (_, attempt) => {
    const { value } = await simulate({}, async (sim) => {
      sim.group('server').bind(7);
      const client = sim.group('client');
      const task = client.start(async () => {
        const socket = sim.bind(9);
        for (;;) {
          try {
            await attempt(sim, socket);
            await sim.sleep(us(10));
          } catch {
            continue;
          }
        }
      });
      await sim.sleep(us(100));
      client.crash();
      await expect(task.join()).rejects.toMatchObject({ code: 'aborted' });
      client.restart(() => undefined);
      await sim.sleep(us(100));
      return client.bind(7).port;
    });
    expect(value).toBe(7);
  });

  it.each([
    ['to a host that is none', 'sevrer:7', 1, "no group is called 'sevrer'"],
    ['to no port', 'main', 1, "'main' does not end with a port"],
    ['too much', 'main:7', 9999, 'a datagram of 9999 bytes'],
  ])(
    'a program that is up, catches everything, and sends %s for ever fails',
    async (_, to, bytes, message) => {
      const run = simulate({}, async (sim) => {
        const socket = sim.bind(9);
        for (;;) {
          try {
            socket.sendTo(new Uint8Array(bytes), to);
            await socket.recvFrom();
          } catch {
            continue;
          }
        }
      });
      await expect(run).rejects.toThrow(message);
    },
  );

  it('a program that is up and sends for ever on a closed socket fails', async () => {
    const run = simulate({}, async (sim) => {
      const socket = sim.bind(9);
      socket.close();
      for (;;) {
        try {
          socket.sendTo(Uint8Array.of(1), 'main:7');
          await sim.sleep(1);
        } catch {
          continue;
        }
      }
    });
    await expect(run).rejects.toThrow('the socket main:9 is closed');
  });

  it('forgets all but its name and address, answers nothing while it is down, and starts with its program', async () => {
    const run = await traced(async (sim) => {
      const server = sim.group('server');
      server.start(() => counter(sim));
      await sim.yield();
      const address = server.address(7);
      const answers = [await ask(sim), await ask(sim)];
      server.crash();
      answers.push(await ask(sim));
      server.restart();
      await sim.yield();
      answers.push(await ask(sim));
      return { answers, same: address === server.address(7) };
    });
    expect(run.value).toEqual({ answers: [1, 2, 'timeout', 1], same: true });
    expect(befell(run).map(([, event]) => event)).toEqual([HostEvent.CRASHED, HostEvent.RESTARTED]);
  });

  it('loses what was on its way to it, also if it is up again at once', async () => {
    const { value } = await simulate({}, async (sim) => {
      const got: number[] = [];
      const server = sim.group('server');
      server.start(async () => {
        const socket = sim.bind(7);
        for (;;) got.push((await socket.recvFrom()).data[0] ?? 0);
      });
      const socket = sim.bind(0);
      socket.sendTo(Uint8Array.of(1), 'server:7');
      await sim.sleep(us(10));
      server.restart();
      await sim.sleep(us(1));
      socket.sendTo(Uint8Array.of(2), 'server:7');
      await sim.sleep(ms(1));
      return got;
    });
    expect(value).toEqual([2]);
  });

  it('runs no callback of before: neither timers of tasks that had ended, nor consumers of channels', async () => {
    const { value } = await simulate({}, async (sim) => {
      const log: string[] = [];
      const jobs = sim.channel<string>();
      const server = sim.group('server');
      server.start(() => {
        const timer = sim.timer(() => {
          log.push('tick');
          timer.set(10);
        });
        timer.set(10);
        jobs.onReceive((job) => log.push(job));
      });
      await sim.sleep(25);
      server.crash();
      jobs.trySend('job');
      await sim.sleep(100);
      return log;
    });
    expect(value).toEqual(['tick', 'tick']);
  });

  it('lets its tasks clean up, but not act: neither on other hosts nor on the one that was restarted', async () => {
    const { value } = await simulate({}, async (sim) => {
      const log: string[] = [];
      const server = sim.group('server');
      const main = async (): Promise<void> => {
        const socket = sim.bind(7);
        try {
          await sim.sleep(seconds(1));
        } catch (error) {
          log.push(codeOf(error));
        } finally {
          log.push(thrownBy(() => socket.sendTo(Uint8Array.of(1), 'main:1')));
          log.push(
            thrownBy(() => sim.bind(8)),
            thrownBy(() => sim.group('other').spawn(() => undefined)),
          );
          // What it throws is lost with it.
          sim.spawn(() => undefined);
        }
      };
      server.start(main);
      await sim.sleep(10);
      server.restart(() => sim.sleep(10));
      await sim.sleep(100);
      return { log, up: !server.isDown };
    });
    expect(value).toEqual({ log: ['aborted', 'closed', 'host-down', 'host-down'], up: true });
  });

  it('takes no tasks and sockets until it is restarted; to crash twice is once, to restart without a program an error', async () => {
    const run = await traced((sim) => {
      const host = sim.group('host');
      const without = thrownBy(() => host.restart());
      host.crash();
      host.crash();
      const codes = [thrownBy(() => host.spawn(() => undefined)), thrownBy(() => host.bind(7)), without];
      host.restart(() => undefined);
      return [...codes, thrownBy(() => host.bind(7))];
    });
    expect(run.value).toEqual(['host-down', 'host-down', 'bad-argument', 'nothing']);
    expect(befell(run)).toEqual([
      [0, HostEvent.CRASHED, 0],
      [0, HostEvent.RESTARTED, 1],
    ]);
  });
});

describe('a host that is paused (REQ DST-5)', () => {
  it('runs neither tasks, timers nor callbacks, and then all of them, in order', async () => {
    const run = await traced(async (sim) => {
      const log: string[] = [];
      const note = (what: string): void => void log.push(`${what} ${sim.now()}`);
      const jobs = sim.channel<string>();
      const server = sim.group('server');
      server.bind(7).onDatagram(() => note('elsewhere'));
      server.spawn(async () => {
        sim.bind(8).onDatagram((data) => note(`datagram ${data[0] ?? 0}`));
        sim.after(us(120), () => note('timer'));
        jobs.onReceive(note);
        await sim.sleep(us(110));
        note('slept');
      });
      const socket = sim.bind(0);
      await sim.sleep(us(100));
      server.pause(us(100));
      socket.sendTo(Uint8Array.of(1), 'server:8');
      socket.sendTo(Uint8Array.of(2), 'server:8');
      socket.sendTo(Uint8Array.of(3), 'server:7');
      jobs.trySend('job');
      server.spawn(() => note('spawned'));
      await sim.sleep(us(200));
      return log;
    });
    // Whoever registered a callback is not paused: the main task listens at port 7.
    expect(run.value).toEqual([
      'elsewhere 150000',
      'job 200000',
      'spawned 200000',
      'slept 200000',
      'timer 200000',
      'datagram 1 200000',
      'datagram 2 200000',
    ]);
    expect(befell(run)).toEqual([
      [us(100), HostEvent.PAUSED, us(100)],
      [us(200), HostEvent.RESUMED, 0],
    ]);
  });

  it('lasts until the later end of two pauses, and a crash ends it', async () => {
    const { value } = await simulate({}, async (sim) => {
      const host = sim.group('host');
      const sleepers = [5, 300].map((ns) => host.spawn(() => sim.sleep(ns)));
      const ends: string[] = [];
      for (const sleeper of sleepers)
        sim.spawn(async () => {
          const how = await sleeper.join().then(() => 'slept', codeOf);
          ends.push(`${how} ${sim.now()}`);
        });
      await sim.sleep(1);
      host.pause(99);
      await sim.sleep(49);
      host.pause(200);
      host.pause(10);
      await sim.sleep(240);
      host.pause(1000);
      await sim.sleep(20);
      host.crash();
      await sim.sleep(1);
      return ends;
    });
    expect(value).toEqual(['slept 250', 'aborted 310']);
  });

  it('lets what it would have done be called off meanwhile: timers, waits of aborted tasks', async () => {
    const { value, events } = await simulate({}, async (sim) => {
      const log: string[] = [];
      const host = sim.group('host');
      const timers = await host
        .spawn(() =>
          ['cancelled', 'set anew'].map((what) => sim.after(10, () => log.push(`${what} ${sim.now()}`))),
        )
        .join();
      const sleeper = host.spawn(() => sim.sleep(10));
      await sim.sleep(1);
      host.pause(100);
      await sim.sleep(50);
      expect(timers[0]?.cancel()).toBe(true);
      timers[1]?.set(100);
      sleeper.abort();
      log.push(await sleeper.join().then(() => 'slept', codeOf), String(sim.now()));
      await sim.sleep(100);
      return log;
    });
    expect(value).toEqual(['aborted', '101', 'set anew 151']);
    expect(events).toBeLessThan(40);
  });
});

describe('the clock of a host (REQ DST-5)', () => {
  it('is ahead, jumps and drifts, exactly, and is right for everybody else', async () => {
    const drifting = async (sim: Sim): Promise<number[]> => {
      const host = sim.group('host');
      const shown = [host.now() - sim.now()];
      const show = (): void => void shown.push(host.now() - sim.now());
      host.clock({ offsetNs: -500 });
      show();
      host.clock({ jumpNs: 2000, driftPpm: 100 });
      show();
      await sim.sleep(seconds(7200));
      show();
      expect(sim.group('other').now()).toBe(sim.host.now());
      host.clock({ driftPpm: -100 });
      await sim.sleep(seconds(7200));
      show();
      host.clock({ offsetNs: 0, driftPpm: 0 });
      await sim.sleep(10);
      show();
      return shown;
    };
    const run = await traced(drifting, { untilNs: seconds(20_000) });
    expect(run.value).toEqual([0, -500, 1500, 720_001_500, 1500, 0]);
    expect(befell(run).map(([, event, ahead]) => [event, ahead])[1]).toEqual([HostEvent.CLOCK_SET, 1500]);
  });

  it('measures its sleeps, timers and timeouts', async () => {
    const { value } = await simulate({}, async (sim) => {
      const host = sim.group('host');
      host.clock({ driftPpm: 250_000 });
      return host
        .spawn(async () => {
          const at: number[] = [];
          await sim.sleep(1000);
          at.push(sim.now());
          sim.after(500, () => at.push(sim.now()));
          await sim.timeout(1000, () => sim.sleepUntil(5000)).catch(() => at.push(sim.now()));
          return at;
        })
        .join();
    });
    expect(value).toEqual([800, 1200, 1600]);
  });

  it('refuses what is no clock', async () => {
    await simulate({}, (sim) => {
      const { host } = sim;
      for (const error of [{ offsetNs: 0.5 }, { driftPpm: -1_000_000 }, { jumpNs: Number.NaN }])
        expect(thrownBy(() => host.clock(error))).toBe('bad-argument');
      expect(thrownBy(() => host.pause(-1))).toBe('bad-argument');
    });
  });
});

describe('faults on a timeline (REQ DST-5)', () => {
  it('crash, pause and set clocks wrong for a while', async () => {
    const faults = [
      { kind: 'crash', on: 'server', atNs: ms(1), forNs: ms(1) },
      { kind: 'pause', on: ['server'], atNs: ms(3), forNs: ms(1) },
      { kind: 'clock', on: 'server', atNs: ms(5), forNs: ms(1), offsetNs: 7 },
    ] as const;
    const run = await traced(
      async (sim) => {
        const server = sim.group('server');
        server.start(() => counter(sim));
        const answers: (number | string)[] = [];
        const ahead: number[] = [];
        for (let i = 0; i < 7; i++) {
          await sim.sleepUntil(ms(i) + us(500));
          ahead.push(server.now() - sim.now());
          answers.push(await ask(sim));
        }
        return { answers, ahead };
      },
      { faults },
    );
    expect(run.value).toEqual({
      answers: [1, 'timeout', 1, 'timeout', 3, 4, 5],
      ahead: [0, 0, 0, 0, 0, 7, 0],
    });
    expect(befell(run).map(([atNs, event]) => [atNs, event])).toEqual([
      [ms(1), HostEvent.CRASHED],
      [ms(2), HostEvent.RESTARTED],
      [ms(3), HostEvent.PAUSED],
      [ms(4), HostEvent.RESUMED],
      [ms(5), HostEvent.CLOCK_SET],
      [ms(6), HostEvent.CLOCK_SET],
    ]);
  });

  it('end when they are told to, and do not begin if that is before', async () => {
    const run = await traced(async (sim) => {
      const server = sim.group('server');
      server.start(() => counter(sim));
      sim.fault({ kind: 'crash', on: 'server', atNs: 100 }).end();
      const crash = sim.fault({ kind: 'crash', on: 'server', forNs: ms(1) });
      const pause = sim.fault({ kind: 'pause', on: 'main', atNs: 200, forNs: 1000 });
      await sim.sleep(150);
      crash.end();
      server.spawn(async () => {
        await sim.sleep(100);
        pause.end();
      });
      await sim.sleep(100);
      return sim.now();
    });
    expect(run.value).toBe(250);
    expect(befell(run)).toEqual([
      [0, HostEvent.CRASHED, 0],
      [150, HostEvent.RESTARTED, 1],
      [200, HostEvent.PAUSED, 1000],
      [250, HostEvent.RESUMED, 0],
    ]);
  });

  it('name a host that nobody made: the run fails and says which there are', async () => {
    const faults = [{ kind: 'crash', on: 'sever', atNs: 5 }] as const;
    const run = simulate({ faults }, async (sim) => {
      sim.group('server');
      await sim.sleep(10);
    });
    await expect(run).rejects.toThrow("no group is called 'sever'; there are: main, server");
    await expect(simulate({}, (sim) => void sim.fault({ kind: 'pause', on: 'x', forNs: 1 }))).rejects.toThrow(
      "'x'",
    );
    const late = simulate({}, (sim) => void sim.fault({ kind: 'crash', on: 'main', atNs: -1 }));
    await expect(late).rejects.toThrow('atNs');
  });
});
