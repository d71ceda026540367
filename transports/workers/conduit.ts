import type { Bytes } from '../../protocol/core/units.ts';
import { parse, sizeOf, write, type Message } from './message.ts';
import { Ring } from './ring.ts';

const PRIORITIES = 8;
/** Of each ring, by default. */
const RING_BYTES: Bytes = 128 * 1024;
/** What is longer goes by reference: its bytes are in memory of their own, shared or handed over. */
const INLINE_BYTES_MAX: Bytes = 16 * 1024;
/** Messages taken at one go, so that other work is not kept waiting. */
const TAKE_MAX = 256;

/** Memory that the two ends of a conduit share. */
export interface ConduitMemory {
  /** Rings of each direction, by priority: to the worker, and from it. */
  readonly down: readonly SharedArrayBuffer[];
  readonly up: readonly SharedArrayBuffer[];
  /** Whether each end sleeps: the application's, and the worker's. */
  readonly asleep: SharedArrayBuffer;
}

export function conduitMemory(ringBytes: Bytes = RING_BYTES): ConduitMemory {
  const rings = (): SharedArrayBuffer[] => Array.from({ length: PRIORITIES }, () => Ring.memory(ringBytes));
  return { down: rings(), up: rings(), asleep: new SharedArrayBuffer(8) };
}

/** What a conduit needs of the port between the threads. */
export interface ConduitPort {
  /** Wakes the other end, or hands it a message that is too long for a ring. */
  post(what: Message | 'wake', transfer: ArrayBuffer[]): void;
}

/**
 * One end of the way between an application thread and a worker: a ring for each priority and direction, and a bell for who sleeps.
 *
 * No wake-up is lost: a writer makes its message visible and then looks whether the other end sleeps; a reader says that it sleeps and
 * then looks again whether there is a message, or room for its own. Whichever comes first, one of them sees the other. REQ POOL-2, POOL-9, POOL-10
 */
export class Conduit {
  readonly #port: ConduitPort;
  readonly #in: readonly Ring[];
  readonly #out: readonly Ring[];
  readonly #asleep: Int32Array;
  readonly #self: number;
  /** Messages for which there was no room, by priority. They wait; so does who asked for them. */
  readonly #waiting: Message[][] = Array.from({ length: PRIORITIES }, () => []);
  #waitingCount = 0;

  constructor(memory: ConduitMemory, end: 'application' | 'worker', port: ConduitPort) {
    const isWorker = end === 'worker';
    this.#port = port;
    this.#in = (isWorker ? memory.down : memory.up).map((ring) => new Ring(ring));
    this.#out = (isWorker ? memory.up : memory.down).map((ring) => new Ring(ring));
    this.#asleep = new Int32Array(memory.asleep);
    this.#self = isWorker ? 1 : 0;
  }

  /** Messages that wait for room. */
  get backlog(): number {
    return this.#waitingCount;
  }

  /** Sends it, now or as soon as there is room, after those before it of its priority. */
  send(message: Message): void {
    const line = this.#waiting[message.priority] as Message[];
    if (line.length > 0 || !this.#offer(message)) {
      line.push(message);
      this.#waitingCount += 1;
    }
    this.#wakeOther();
  }

  /** Hands on what the other end sent, the most urgent first. True: there may be more. */
  take(handler: (message: Message) => void): boolean {
    let left = TAKE_MAX;
    let isWanted = false;
    for (const ring of this.#in) {
      for (let bytes = ring.read(); bytes !== undefined && left > 0; bytes = ring.read()) {
        const message = parse(bytes);
        if (ring.release()) isWanted = true;
        left -= 1;
        handler(message);
      }
    }
    if (isWanted) this.#wakeOther();
    this.#sendWaiting();
    return left === 0;
  }

  /** Says that this end sleeps. False: it must not, as there is something to take. */
  sleep(): boolean {
    Atomics.store(this.#asleep, this.#self, 1);
    // Room that was made before that was told to nobody.
    this.#sendWaiting();
    if (this.#in.every((ring) => ring.isEmpty)) return true;
    Atomics.store(this.#asleep, this.#self, 0);
    return false;
  }

  /** This end does not sleep any more. */
  rise(): void {
    Atomics.store(this.#asleep, this.#self, 0);
  }

  #sendWaiting(): void {
    if (this.#waitingCount === 0) return;
    let sent = 0;
    for (const line of this.#waiting) {
      let done = 0;
      while (done < line.length && this.#offer(line[done] as Message)) done += 1;
      line.splice(0, done);
      sent += done;
    }
    this.#waitingCount -= sent;
    if (sent > 0) this.#wakeOther();
  }

  #offer(message: Message): boolean {
    if (sizeOf(message) > INLINE_BYTES_MAX) {
      const { buffer } = message.body;
      // A copy that is ours to hand over, unless both threads can see it as it is.
      const body = buffer instanceof SharedArrayBuffer ? message.body : message.body.slice();
      this.#port.post({ ...message, body }, body.buffer instanceof ArrayBuffer ? [body.buffer] : []);
      return true;
    }
    const ring = this.#out[message.priority] as Ring;
    const room = ring.reserve(sizeOf(message));
    if (room === undefined) return false;
    write(message, room);
    ring.commit();
    return true;
  }

  #wakeOther(): void {
    const other = 1 - this.#self;
    if (Atomics.load(this.#asleep, other) === 1 && Atomics.exchange(this.#asleep, other, 0) === 1) {
      this.#port.post('wake', []);
    }
  }
}
