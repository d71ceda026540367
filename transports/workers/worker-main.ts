import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
  type TransferListItem,
} from 'node:worker_threads';
import { assert } from '../../protocol/core/assert.ts';
import type { Endpoint } from '../../protocol/endpoint/endpoint.ts';
import type { PeerHealth } from '../../protocol/peer/health.ts';
import type { PeerId } from '../../protocol/peer/peer.ts';
import { TransportError } from '../errors.ts';
import type { TransportEvent } from '../events.ts';
import { Pulses } from '../health/pulse.ts';
import { nodeLoop, type EventLoop } from '../inline/event-loop.ts';
import { loadFfi } from '../native/load.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import { openUdpPool, type UdpFront } from '../udp/pool.ts';
import { pinThread } from './affinity.ts';
import { toCommon } from './clock.ts';
import { Conduit } from './conduit.ts';
import { Front } from './front.ts';
import { isNumbered, type FromWorker, type ToWorker, type Way, type WorkerOrder } from './orders.ts';
import { Side } from './side.ts';
import { Spinner } from './spinner.ts';

/** The thread of a worker: an endpoint, its sockets, and one end of the conduits to the threads of the application. */
const order = workerData as WorkerOrder;
assert(parentPort !== null, 'this file is the beginning of a worker thread');
const starter: MessagePort = parentPort;

const tell = (port: MessagePort, what: FromWorker, transfer: TransferListItem[] = []): void =>
  port.postMessage(what, transfer);
const problem = (error: unknown): { code: string; message: string } => ({
  code: error instanceof TransportError ? error.code : 'NATIVE',
  message: error instanceof Error ? error.message : String(error),
});
const onEvent = (event: TransportEvent): void => tell(order.way.port, { news: 'event', event });

function pin(core: number): boolean {
  try {
    const ffi = loadFfi(() => {}, order.udp.ffi);
    if (ffi === undefined) throw new Error('no library can call C');
    pinThread(ffi, core);
    return true;
  } catch (cause) {
    onEvent({ type: 'core-unavailable', worker: order.worker, core, cause: cause as Error });
    return false;
  }
}

/** Undefined if the peer has been forgotten. */
function healthFor(endpoint: Endpoint, peer: PeerId): PeerHealth | undefined {
  const health = endpoint.peerHealth(peer);
  return health && { ...health, lastHeardNs: toCommon(health.lastHeardNs) };
}

/** Serves the threads of the application that are attached to it. */
class Worker {
  readonly #udp: UdpFront<Front>;
  readonly #endpoint: Endpoint;
  readonly #spinner: Spinner;
  readonly #ports = new Set<MessagePort>();

  constructor(udp: UdpFront<Front>, spinner: Spinner) {
    this.#udp = udp;
    this.#endpoint = udp.pool.endpoint;
    this.#spinner = spinner;
  }

  /** A thread of the application comes. */
  attach({ conduit: memory, port }: Way): void {
    const posted: ToWorker[] = [];
    const receive = (): void => {
      for (let got = receiveMessageOnPort(port); got !== undefined; got = receiveMessageOnPort(port)) {
        const what = got.message as ToWorker;
        if (isNumbered(what)) conduit.keep(what);
        else {
          // It waits its turn: this is in the midst of another message.
          posted.push(what);
          nodeLoop.soon(obeyAll);
        }
      }
    };
    const conduit: Conduit = new Conduit(memory, 'worker', {
      post: (what, transfer) => tell(port, what, transfer),
      receive,
    });
    const front = this.#udp.pool;
    const side = new Side(front, conduit, new Int32Array(memory.announced));
    front.sides.add(side);
    this.#ports.add(port);
    const obeyAll = (): void => {
      for (let next = posted.shift(); next !== undefined; next = posted.shift()) this.#obey(next, side, port);
    };
    port.on('message', (what: ToWorker) => {
      conduit.rise();
      this.#spinner.wake();
      if (isNumbered(what)) return conduit.keep(what);
      posted.push(what);
      // What was sent before it comes before it.
      if (what !== 'wake') front.look();
      obeyAll();
    });
    port.on('close', () => {
      this.#ports.delete(port);
      if (front.sides.has(side)) front.detach(side);
    });
    conduit.rise();
    this.#spinner.wake();
  }

  onHealth(peer: PeerId): void {
    const health = healthFor(this.#endpoint, peer);
    for (const port of this.#ports) tell(port, { news: 'health', peer, health });
  }

  #obey(what: ToWorker, side: Side, port: MessagePort): void {
    if (what === 'wake' || isNumbered(what)) return;
    const { pool: front } = this.#udp;
    switch (what.order) {
      case 'serve':
        front.serving = side;
        this.#endpoint.serve(what.isOffering);
        break;
      case 'stop-serving':
        if (front.serving === side)
          this.#endpoint.stopServing(front.driver.now(), what.message, what.priority);
        break;
      case 'take-datagrams':
        if (!what.isWanted && front.takingDatagrams !== side) break;
        front.takingDatagrams = what.isWanted ? side : undefined;
        this.#endpoint.takeDatagrams(what.isWanted);
        break;
      case 'subscribe':
        side.subscribe(what.id, what.options);
        break;
      case 'unsubscribe':
        side.unsubscribe(what.id);
        break;
      case 'attach':
        this.attach(what.way);
        break;
      case 'detach':
        front.detach(side);
        port.close();
        break;
      case 'stats':
        tell(port, { news: 'done', id: what.id, value: this.#udp.stats() });
        break;
      case 'connect':
        this.#connect(what, port);
        break;
      case 'close':
        void this.#close();
    }
    front.driver.kick();
  }

  #connect({ id, peer: address, secret }: Extract<ToWorker, { order: 'connect' }>, port: MessagePort): void {
    this.#udp.connect(address, new PresharedSecret(secret)).then(
      (peer) => {
        tell(port, { news: 'health', peer, health: healthFor(this.#endpoint, peer) });
        tell(port, { news: 'done', id, value: peer });
      },
      (error: unknown) => tell(port, { news: 'refused', id, ...problem(error) }),
    );
  }

  async #close(): Promise<void> {
    this.#spinner.close();
    await this.#udp.close();
    // What became of what was under way.
    this.#udp.pool.dispatch();
    this.#udp.pool.look();
    for (const port of this.#ports) {
      tell(port, { news: 'closed' });
      port.close();
    }
    starter.close();
  }
}

async function run(): Promise<void> {
  const { worker: number, udp: options, endpoint, spinNs, way } = order;
  const isPinned = order.core !== undefined && pin(order.core);
  const pulses = new Pulses(order.pulses.byteLength / 4, order.pulses);
  const awake = { now: () => {} };
  const told = { health: (_peer: PeerId): void => {} };
  // Whatever makes the endpoint want a turn is a reason to stay awake.
  const loop: EventLoop = {
    now: () => nodeLoop.now(),
    later: (task, delayMs) => nodeLoop.later(task, delayMs),
    cancel: (timer) => nodeLoop.cancel(timer),
    afterReactions: (task) => nodeLoop.afterReactions(task),
    soon: (task) => {
      nodeLoop.soon(task);
      awake.now();
    },
  };
  const given = {
    ...options,
    secret: new PresharedSecret(order.secret),
    endpoint: { ...endpoint, worker: number },
    observer: { peerChanged: (peer: PeerId) => queueMicrotask(() => told.health(peer)) },
    pulse: { pulses, worker: number },
    onEvent,
  };
  const udp = await openUdpPool(loop, given, (inner, driver) => new Front(inner, driver));
  const front = udp.pool;
  const spun = {
    look: () => {
      const hasRead = udp.poll();
      return front.look() || hasRead;
    },
    sleep: () => front.sleep(),
  };
  const spinner = new Spinner(nodeLoop, spun, spinNs, () => pulses.beat(number));
  awake.now = () => spinner.wake();
  const worker = new Worker(udp, spinner);
  told.health = (peer) => worker.onHealth(peer);
  worker.attach(way);
  tell(way.port, { news: 'ready', address: udp.address, isPinned, options: front.endpoint.options });
}

run().catch((error: unknown) => {
  tell(order.way.port, { news: 'failed', ...problem(error) });
  order.way.port.close();
  starter.close();
});
