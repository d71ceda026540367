import { EMPTY, fifo, ms, simulate, type NetworkOptions, type Sim } from '../../sim/index.ts';

/** What one run did. */
export interface Run {
  /** Tasks spawned, sleeps, items or datagrams that came through, to compare with the number asked for. */
  readonly done: number;
  readonly events: number;
}

/** One way to write one of Bach's benches. */
export interface Variant {
  readonly bench: BenchName;
  /** `callback` or `async`, and how. */
  readonly form: string;
  run(items: number): Promise<Run>;
}

export type BenchName = 'spawn' | 'sleep' | 'channel' | 'udp';

const DATAGRAM_BYTES = 8;
const SERVER_PORT = 1337;

/** What Bach has between two hosts: constant latency, 50 ms. */
const WIRES: NetworkOptions = { kind: 'wires', latencyNs: ms(50) };
const STAR: NetworkOptions = { kind: 'star' };

async function counted(
  program: (sim: Sim, count: () => void) => unknown,
  network: NetworkOptions = WIRES,
): Promise<Run> {
  let done = 0;
  const { events } = await simulate(
    { untilNs: Number.POSITIVE_INFINITY, eventsMax: Number.POSITIVE_INFINITY, network },
    (sim) => program(sim, () => void done++),
  );
  return { done, events };
}

/** The same for programs of callbacks, which are over when everything was counted. */
function countedTo(
  items: number,
  program: (sim: Sim, count: () => void) => void,
  network?: NetworkOptions,
): Promise<Run> {
  return counted(
    (sim, count) =>
      new Promise<void>((resolve) => {
        let left = items;
        program(sim, () => {
          count();
          if (--left === 0) resolve();
        });
      }),
    network,
  );
}

/** One task after the other, each given its turn before the next is spawned. */
export const SPAWN: readonly Variant[] = [
  {
    bench: 'spawn',
    form: 'callback: after(0)',
    run: (items) =>
      countedTo(items, (sim, count) => {
        let left = items;
        const timer = sim.timer(() => {
          sim.after(0, count);
          if (--left > 0) timer.set(0);
        });
        timer.set(0);
      }),
  },
  {
    bench: 'spawn',
    form: 'callback: a task that is a function',
    run: (items) =>
      countedTo(items, (sim, count) => {
        let left = items;
        const timer = sim.timer(() => {
          sim.spawn('task', count, { primary: true });
          if (--left > 0) timer.set(0);
        });
        timer.set(0);
      }),
  },
  {
    bench: 'spawn',
    form: 'async',
    run: (items) =>
      counted(async (sim, count) => {
        // eslint-disable-next-line typescript/require-await
        const task = async (): Promise<void> => count();
        for (let i = 0; i < items; i++) {
          sim.spawn('task', task, { primary: true });
          await sim.yield();
        }
      }),
  },
];

/** One task that sleeps a millisecond, again and again. */
export const SLEEP: readonly Variant[] = [
  {
    bench: 'sleep',
    form: 'callback',
    run: (items) =>
      countedTo(items, (sim, count) => {
        let left = items;
        const timer = sim.timer(() => {
          count();
          if (--left > 0) timer.set(ms(1));
        });
        timer.set(ms(1));
      }),
  },
  {
    bench: 'sleep',
    form: 'async',
    run: (items) =>
      counted(async (sim, count) => {
        for (let i = 0; i < items; i++) {
          await sim.sleep(ms(1));
          count();
        }
      }),
  },
];

/** One sender, one receiver, a channel without a bound as in the original. */
export const CHANNEL: readonly Variant[] = [
  {
    bench: 'channel',
    form: 'callback',
    run: (items) =>
      countedTo(items, (sim, count) => {
        const channel = sim.channel<number>({ queue: fifo() });
        channel.onReceive(count);
        for (let i = 0; i < items; i++) channel.trySend(i);
      }),
  },
  {
    bench: 'channel',
    form: 'async, await only to wait',
    run: (items) =>
      counted(async (sim, count) => {
        const channel = sim.channel<number>({ queue: fifo() });
        const receiver = sim.spawn(async () => {
          for (let i = 0; i < items; i++) {
            if (channel.tryReceive() === EMPTY) await channel.receive();
            count();
          }
        });
        for (let i = 0; i < items; i++) if (!channel.trySend(i)) await channel.send(i);
        await receiver.join();
      }),
  },
  {
    bench: 'channel',
    form: 'async, await each',
    run: (items) =>
      counted(async (sim, count) => {
        const channel = sim.channel<number>({ queue: fifo() });
        const receiver = sim.spawn(async () => {
          for (let i = 0; i < items; i++) {
            await channel.receive();
            count();
          }
        });
        for (let i = 0; i < items; i++) await channel.send(i);
        await receiver.join();
      }),
  },
];

function udpCallback(sim: Sim, items: number, count: () => void): void {
  sim.group('server').bind(SERVER_PORT).onDatagram(count);
  const socket = sim.group('client').bind(0);
  const server = sim.lookup(`server:${SERVER_PORT}`);
  const data = new Uint8Array(DATAGRAM_BYTES);
  const view = new DataView(data.buffer);
  let sent = 0;
  const timer = sim.timer(() => {
    view.setUint32(4, sent);
    socket.sendTo(data, server);
    if (++sent < items) timer.set(ms(2));
  });
  timer.set(0);
}

async function udpAsync(sim: Sim, items: number, count: () => void): Promise<void> {
  const server = sim.group('server').spawn(async () => {
    const socket = sim.bind(SERVER_PORT);
    const buffer = new Uint8Array(DATAGRAM_BYTES);
    for (let i = 0; i < items; i++) {
      await socket.recvFrom(buffer);
      count();
    }
  });
  sim.group('client').spawn(async () => {
    const socket = sim.bind(0);
    const to = sim.lookup(`server:${SERVER_PORT}`);
    const data = new Uint8Array(DATAGRAM_BYTES);
    const view = new DataView(data.buffer);
    for (let i = 0; i < items; i++) {
      view.setUint32(4, i);
      socket.sendTo(data, to);
      await sim.sleep(ms(2));
    }
  });
  await server.join();
}

/** Datagrams of 8 bytes from one host to another, one every 2 ms. */
export const UDP: readonly Variant[] = [
  {
    bench: 'udp',
    form: 'callback',
    run: (items) => countedTo(items, (sim, count) => udpCallback(sim, items, count)),
  },
  {
    bench: 'udp',
    form: 'async',
    run: (items) => counted((sim, count) => udpAsync(sim, items, count)),
  },
  {
    bench: 'udp',
    form: 'callback, links and a switch',
    run: (items) => countedTo(items, (sim, count) => udpCallback(sim, items, count), STAR),
  },
  {
    bench: 'udp',
    form: 'async, links and a switch',
    run: (items) => counted((sim, count) => udpAsync(sim, items, count), STAR),
  },
];
