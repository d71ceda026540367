import { extname } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { CausalityMap } from '../../protocol/causality/causality-map.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import { NANOS_PER_MILLI } from '../../protocol/core/units.ts';
import { TransportError } from '../errors.ts';
import type { TransportEventSubscriber } from '../events.ts';
import { WorkerMonitor } from '../health/monitor.ts';
import { Pulses } from '../health/pulse.ts';
import { nodeLoop } from '../inline/event-loop.ts';
import { loadFfi } from '../native/load.ts';
import { splitHostPort } from '../udp/address.ts';
import type { UdpPoolOptions } from '../udp/pool.ts';
import { conduitMemory } from './conduit.ts';
import { chooseSeats, lookAtMachine, type Machine, type Seat } from './cores.ts';
import type { WorkerOrder } from './orders.ts';
import { WorkerLink, type WorkerReady } from './worker-link.ts';
import { WorkerPool, type WorkerGround } from './worker-pool.ts';

export interface PoolOptions extends Omit<UdpPoolOptions, 'observer' | 'record' | 'pulse' | 'tokens'> {
  /** How many workers, or on which cores; by default one for each NIC. */
  cores?: number | readonly number[];
  /** A worker without work goes on looking for so long before it sleeps; default 1 ms, or 50 µs where there are no cores to spare. */
  spinNs?: Nanos;
  /** A worker that does not come round for so long is told of; default 100 ms. */
  stuckNs?: Nanos;
}

/** Of tests: another machine, or another program in the threads. */
export interface PoolSurroundings {
  machine?: Machine;
  entry?: URL;
}

const SPIN_NS: Nanos = NANOS_PER_MILLI;
/** Where a thread that spins takes the core of one that has work. */
const SPIN_CROWDED_NS: Nanos = NANOS_PER_MILLI / 20;
const STUCK_NS: Nanos = 100 * NANOS_PER_MILLI;

/** Beside this file, built like this file. */
function mainUrl(): URL {
  const url = new URL('./worker-main.ts', import.meta.url);
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url));
  return url;
}

/** A thread, and this thread's way to it. */
interface Started {
  readonly thread: Worker;
  readonly link: WorkerLink;
  readonly exited: Promise<void>;
}

function start(
  order: Omit<WorkerOrder, 'way'>,
  onEvent: TransportEventSubscriber,
  entry: URL = mainUrl(),
): Started {
  const { port1: port, port2 } = new MessageChannel();
  const conduit = conduitMemory();
  const way = { conduit, port: port2 };
  const thread = new Worker(entry, {
    workerData: { ...order, way } satisfies WorkerOrder,
    transferList: [port2],
  });
  const { worker } = order;
  const link = new WorkerLink({ worker, conduit, port, onEvent, isOwn: true });
  thread.on('error', (error) => link.end(error instanceof Error ? error : new Error(String(error))));
  const exited = new Promise<void>((resolve) => {
    thread.once('exit', (code) => {
      link.end(new Error(`the thread of worker ${worker} ended with code ${code}`));
      resolve();
    });
  });
  return { thread, link, exited };
}

/** The NICs in their circle, from `home` on. Both ends of a lane do that, so that NICs of one network stand at the same place. */
function homeFirst(nics: readonly string[], home: string | undefined): string[] {
  const at = nics.indexOf(home ?? '');
  return at < 0 ? [] : [...nics.slice(at), ...nics.slice(0, at)];
}

/**
 * A pool whose endpoints are in worker threads. It chooses cores and NICs by itself, unless told, and says in `workers` what it chose; what it could not
 * have is an event. Rejects with TransportError (BIND_FAILED, BAD_ADDRESS). REQ OPS-1, OPS-5, CORE-1
 */
export async function createPool(
  options: PoolOptions,
  { machine = lookAtMachine(), entry }: PoolSurroundings = {},
): Promise<WorkerPool> {
  const { nics = [], cores, stuckNs = STUCK_NS, keepAlive = true, ...given } = options;
  const { secret, endpoint = {}, bind = '*:0', onEvent: subscriber, spinNs: _, ...udp } = given;
  const onEvent: TransportEventSubscriber = subscriber ?? (() => {});
  const seats = chooseSeats({ cores, nics }, machine, onEvent);
  const isRoomy = machine.parallelism > seats.length + 1;
  const spinNs = options.spinNs ?? (isRoomy ? SPIN_NS : SPIN_CROWDED_NS);
  if (seats.length === 0) throw new TransportError('BAD_OPTION', 'cores: a pool has at least one worker');
  // Before any worker does; see there.
  if (udp.without?.includes('native') !== true) loadFfi(() => {}, udp.ffi);
  const pulses = new Pulses(seats.length);
  const { host, port } = splitHostPort(bind);
  const started = seats.map(({ worker, core, nic }) => {
    const order = {
      worker,
      core,
      spinNs,
      pulses: pulses.memory,
      secret: secret.ofWorker(worker).copyBytes(),
      endpoint,
      udp: {
        ...udp,
        bind: `${host.includes(':') ? `[${host}]` : host}:${port === 0 ? 0 : port + worker}`,
        nics: homeFirst(nics, nic),
      },
    };
    return start(order, onEvent, entry);
  });
  const links = started.map(({ link }) => link);
  const allExited = async (): Promise<void> => void (await Promise.all(started.map(({ exited }) => exited)));
  let ready: WorkerReady[];
  try {
    ready = await Promise.all(links.map((link) => link.ready()));
  } catch (error) {
    await Promise.all(links.map((link) => link.close(true)));
    throw error;
  }
  const monitor = new WorkerMonitor(nodeLoop, pulses, stuckNs, onEvent);
  const { options: resolved } = ready[0] as WorkerReady;
  const ground: WorkerGround = {
    workers: ready.map(({ address, isPinned }, i) => ({ ...(seats[i] as Seat), address, isPinned })),
    options: resolved,
    tokens: CausalityMap.sharedMemory(resolved.tokensMax),
    threads: new SharedArrayBuffer(4),
    secret: secret.copyBytes(),
    isNative: udp.without?.includes('native') !== true,
    ffi: udp.ffi,
  };
  return new WorkerPool(links, ground, {
    isMaker: true,
    keepAlive,
    stuck: () => monitor.stuck,
    onKeepAlive: (isWanted) => {
      for (const { thread } of started) {
        if (isWanted) thread.ref();
        else thread.unref();
      }
    },
    onClose: () => {
      monitor.close();
      return allExited();
    },
  });
}
