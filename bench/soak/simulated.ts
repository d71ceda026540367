import { isQuiet, reportLeaks, Violations } from '../../sim/check/index.ts';
import { nodeCrypto } from '../../transports/index.ts';
import { World, type SimHost } from '../../sim/host/index.ts';
import { Kernel, type EventHandler } from '../../sim/kernel/kernel.ts';
import { FaultTimeline, starNetwork, type Network } from '../../sim/net/index.ts';
import { Rng } from '../../sim/random/rng.ts';
import { Trace } from '../../sim/trace/trace.ts';
import { heapBytes, trend, type Trend } from './samples.ts';

const HOSTS = 6;
/** Calls at once of each host. */
const CALLERS = 2;
const MILLI = 1_000_000;
const SECOND = 1000 * MILLI;
/** Between the answer to a call and the next. */
const PAUSE_NS = 250 * MILLI;
const BYTES_MAX = 20_000;
const CRASH_EVERY_NS = 10 * SECOND;
/** A host is down for so long at most. */
const DOWN_NS_MAX = 2 * SECOND;
const LOSS = { numerator: 1, denominator: 1000 };
const RATE_BPS = 10e9;
const MIB = 2 ** 20;
/** What lives may grow by so much: caches, and what the collector has not found yet. */
const GROWTH_MIB = 2;

export interface SimulatedSoakFigures {
  virtualSeconds: number;
  crashes: number;
  calls: number;
  failed: number;
  wrong: number;
  packets: number;
  heapMiB: Trend;
  leaks: string[];
  problems: string[];
}

export interface SimulatedSoakOptions {
  virtualSeconds: number;
  seed: number;
  /** How often the heap is looked at, which collects all garbage of this process. */
  samples: number;
  isCancelled: () => boolean;
  onProgress: (seconds: number, crashes: number, calls: number) => void;
}

/** Runs `task` at its instant. */
class Soon implements EventHandler {
  readonly #tasks: (() => void)[] = [];
  readonly #free: number[] = [];
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  after(delayNs: number, task: () => void): void {
    const slot = this.#free.pop() ?? this.#tasks.length;
    this.#tasks[slot] = task;
    this.#kernel.schedule(this.#kernel.now + delayNs, this, slot);
  }

  onEvent(slot: number): void {
    const task = this.#tasks[slot] as () => void;
    this.#free.push(slot);
    task();
  }
}

/** Hosts that call each other, lose packets, crash and come back; nobody keeps a record. */
class Soak {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly world: World;
  calls = 0;
  failed = 0;
  wrong = 0;
  crashes = 0;
  packets = 0;
  isOver = false;
  readonly #rng: Rng;
  readonly #soon: Soon;
  /** Sent, and looked at when it comes back; what differs between calls is in the first bytes. */
  readonly #body = new Uint8Array(BYTES_MAX).map((_, i) => (i * 7) ^ (i >> 8));

  constructor(seed: number, onProgress: () => void) {
    const rng = new Rng(seed);
    this.kernel = new Kernel({ onProgress });
    this.#rng = rng.fork('soak');
    this.#soon = new Soon(this.kernel);
    const link = { rateBps: RATE_BPS, delayNs: 2000, mtuBytes: 1500 };
    this.network = starNetwork(
      { kernel: this.kernel, rng: rng.fork('network'), trace: new Trace() },
      { hosts: HOSTS, nics: 1, link, switch: { bufferBytes: 500_000 } },
    );
    const options = { rateBps: RATE_BPS, initialRttNs: 20_000, ackDelayNs: 5000, lossDelayMinNs: 0 };
    const peerTimeoutNs = 200 * MILLI;
    this.world = new World({
      kernel: this.kernel,
      network: this.network,
      rng: rng.fork('world'),
      // That of the simulator remembers every nonce there ever was.
      crypto: nodeCrypto,
      options: { ...options, peerTimeoutNs },
    });
    const faults = new FaultTimeline(this.network.fabric);
    faults.add({
      kind: 'loss',
      atNs: 0,
      rate: LOSS,
      on: this.world.hosts.map((_, host) => this.network.link(host).up),
    });
    for (const host of this.world.hosts) {
      host.serve(({ body }) => body);
      host.tap = { sent: () => void (this.packets += 1), received: () => {} };
      this.#start(host);
    }
    this.#soon.after(CRASH_EVERY_NS, () => this.#crash());
  }

  #start(host: SimHost): void {
    for (let i = 0; i < CALLERS; i += 1) this.#callLater(host, host.incarnation);
  }

  #callLater(host: SimHost, incarnation: number): void {
    this.#soon.after(1 + (this.#rng.nextU32() % (2 * PAUSE_NS)), () => {
      if (!this.isOver && host.isRunning && host.incarnation === incarnation) this.#call(host, incarnation);
    });
  }

  #call(host: SimHost, incarnation: number): void {
    const to = (host.index + 1 + (this.#rng.nextU32() % (HOSTS - 1))) % HOSTS;
    const body = this.#body.slice(0, 4 + (this.#rng.nextU32() % (BYTES_MAX - 4)));
    new DataView(body.buffer).setUint32(0, this.#rng.nextU32());
    const ended = (): void => this.#callLater(host, incarnation);
    host.call(
      this.world.peer(host.index, to),
      body,
      {},
      {
        onResponse: (answer) => {
          this.calls += 1;
          if (answer.length !== body.length || !answer.every((byte, i) => byte === body[i])) this.wrong += 1;
          ended();
        },
        onFailure: () => {
          this.failed += 1;
          ended();
        },
      },
    );
  }

  #crash(): void {
    if (this.isOver) return;
    const host = this.world.host(this.#rng.nextU32() % HOSTS);
    this.crashes += 1;
    host.crash(true);
    this.#soon.after(1 + (this.#rng.nextU32() % DOWN_NS_MAX), () => {
      host.restart();
      this.#start(host);
    });
    this.#soon.after(CRASH_EVERY_NS, () => this.#crash());
  }
}

/** Virtual time in which hosts crash and come back; what lives in this process must not grow with it. REQ BUF-9, HEALTH-8, DST-5 */
export async function soakSimulated(options: SimulatedSoakOptions): Promise<SimulatedSoakFigures> {
  const { virtualSeconds, seed, samples: count, isCancelled, onProgress } = options;
  const soak = new Soak(seed, () => {
    if (isCancelled()) soak.kernel.stop('cancelled');
    onProgress(soak.kernel.now / SECOND, soak.crashes, soak.calls);
  });
  const { kernel, network, world } = soak;
  const samples: number[] = [];
  for (let i = 1; i <= count && !isCancelled(); i += 1) {
    await kernel.run(Math.round((virtualSeconds * SECOND * i) / count));
    samples.push(heapBytes() / MIB);
  }
  const untilNs = kernel.now;
  soak.isOver = true;
  // What is under way ends, and peers that are gone are found out.
  for (let i = 0; i < 100 && !isQuiet(world, network); i += 1) await kernel.run(kernel.now + SECOND / 10);
  const violations = new Violations(kernel);
  reportLeaks(world, network, violations);
  const leaks = violations.list.map(({ message }) => message);
  const heapMiB = trend(samples, (one) => one);
  const { crashes, calls, failed, wrong, packets } = soak;
  const problems = [...leaks];
  if (wrong > 0) problems.push(`${wrong} answers were not what was sent`);
  if (calls === 0) problems.push('nothing was called');
  if (heapMiB.after > heapMiB.before + GROWTH_MIB)
    problems.push(`the heap grew from ${heapMiB.before.toFixed(1)} to ${heapMiB.after.toFixed(1)} MiB`);
  return {
    virtualSeconds: untilNs / SECOND,
    crashes,
    calls,
    failed,
    wrong,
    packets,
    heapMiB,
    leaks,
    problems,
  };
}
