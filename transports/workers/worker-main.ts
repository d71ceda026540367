import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { assert } from '../../protocol/core/assert.ts';
import { TransportError } from '../errors.ts';
import { Pulses } from '../health/pulse.ts';
import { nodeLoop, type EventLoop } from '../inline/event-loop.ts';
import { loadFfi } from '../native/load.ts';
import { PresharedSecret } from '../psk/preshared-secret.ts';
import { openUdpPool } from '../udp/pool.ts';
import { pinThread } from './affinity.ts';
import { Conduit } from './conduit.ts';
import { isMessage, type FromWorker, type ToWorker, type WorkerOrder } from './orders.ts';
import { Spinner } from './spinner.ts';
import { WorkerPeerSide } from './worker-peer-side.ts';

/** The thread of a worker: an endpoint, its sockets, and one end of the conduit to the application. */
const order = workerData as WorkerOrder;
assert(parentPort !== null, 'this file is the beginning of a worker thread');
const port: MessagePort = parentPort;

const tell = (what: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(what, transfer);
const problem = (error: unknown): { code: string; message: string } => ({
  code: error instanceof TransportError ? error.code : 'NATIVE',
  message: error instanceof Error ? error.message : String(error),
});

function pin(core: number): boolean {
  try {
    const ffi = loadFfi(() => {}, order.udp.ffi);
    if (ffi === undefined) throw new Error('no library can call C');
    pinThread(ffi, core);
    return true;
  } catch (cause) {
    tell({
      news: 'event',
      event: { type: 'core-unavailable', worker: order.worker, core, cause: cause as Error },
    });
    return false;
  }
}

async function run(): Promise<void> {
  const { worker, conduit: memory, udp: options, endpoint, spinNs } = order;
  const isPinned = order.core !== undefined && pin(order.core);
  const pulses = new Pulses(order.pulses.byteLength / 4, order.pulses);
  const wake = { now: () => {} };
  // Whatever makes the pool want a turn is a reason to stay awake.
  const loop: EventLoop = {
    now: () => nodeLoop.now(),
    later: (task, delayMs) => nodeLoop.later(task, delayMs),
    cancel: (timer) => nodeLoop.cancel(timer),
    afterReactions: (task) => nodeLoop.afterReactions(task),
    soon: (task) => {
      nodeLoop.soon(task);
      wake.now();
    },
  };
  const udp = await openUdpPool(loop, {
    ...options,
    secret: new PresharedSecret(order.secret),
    endpoint: { ...endpoint, worker },
    tokens: order.tokens,
    pulse: { pulses, worker },
    onEvent: (event) => tell({ news: 'event', event }),
  });
  const conduit = new Conduit(memory, 'worker', { post: tell });
  const side = new WorkerPeerSide(udp.pool, conduit, () => spinner.wake());
  const spinner: Spinner = new Spinner(
    nodeLoop,
    {
      look: () => {
        const hasRead = udp.poll();
        const taken = side.messages;
        const more = conduit.take(side.take);
        return hasRead || more || side.messages !== taken;
      },
      sleep: () => conduit.sleep(),
    },
    spinNs,
    () => pulses.beat(worker),
  );
  wake.now = () => spinner.wake();

  const obey = async (what: Exclude<ToWorker, 'wake'>): Promise<void> => {
    if (isMessage(what)) side.take(what);
    else if (what.order === 'serve') side.serve();
    else if (what.order === 'stats') tell({ news: 'done', id: what.id, value: udp.stats() });
    else if (what.order === 'connect') {
      const secret = new PresharedSecret(what.secret);
      tell({ news: 'done', id: what.id, value: await udp.connect(what.peer, secret) });
    } else {
      assert(what.order === 'close', 'an order that a worker knows');
      spinner.close();
      await udp.close();
      conduit.take(side.take);
      tell({ news: 'closed' });
      port.close();
    }
  };
  port.on('message', (what: ToWorker) => {
    conduit.rise();
    spinner.wake();
    if (what === 'wake') return;
    obey(what).catch((error: unknown) => {
      if (isMessage(what) || !('id' in what)) throw error;
      tell({ news: 'refused', id: what.id, ...problem(error) });
    });
  });
  tell({ news: 'ready', address: udp.address, isPinned });
  spinner.wake();
}

run().catch((error: unknown) => {
  tell({ news: 'failed', ...problem(error) });
  port.close();
});
