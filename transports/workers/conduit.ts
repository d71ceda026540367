import { assert } from '../../protocol/core/assert.ts';
import type { Bytes } from '../../protocol/core/units.ts';
import { parse, sizeOf, write, type Message, type Outside } from './message.ts';
import { Ring } from './ring.ts';

const PRIORITIES = 8;
/** Of each ring, by default. */
const RING_BYTES: Bytes = 512 * 1024;
/** What is longer goes by reference: its bytes are in memory of their own, shared or handed over. A record fits. */
const INLINE_BYTES_MAX: Bytes = 80 * 1024;
/** Messages taken at one go, so that other work is not kept waiting. */
const TAKE_MAX = 256;
/** Index of the worker's end. */
const WORKER = 1;
const NONE: Uint8Array = new Uint8Array(0);

/** Memory that the two ends of a conduit share. */
export interface ConduitMemory {
  /** Rings of each direction, by priority: to the worker, and from it. */
  readonly down: readonly SharedArrayBuffer[];
  readonly up: readonly SharedArrayBuffer[];
  /** Whether each end sleeps: the application's, and the worker's. */
  readonly asleep: SharedArrayBuffer;
  /** By priority: calls and streams of the application that have been announced, or have ended. */
  readonly announced: SharedArrayBuffer;
}

export function conduitMemory(ringBytes: Bytes = RING_BYTES): ConduitMemory {
  const rings = (): SharedArrayBuffer[] => Array.from({ length: PRIORITIES }, () => Ring.memory(ringBytes));
  return {
    down: rings(),
    up: rings(),
    asleep: new SharedArrayBuffer(8),
    announced: new SharedArrayBuffer(4 * PRIORITIES),
  };
}

/** Something of a message, by the number that the message in the ring has for it. */
export interface Numbered {
  readonly number: number;
  readonly outside: Outside;
}

/** What a conduit needs of the port between the threads. */
export interface ConduitPort {
  /** Wakes the other end, or hands it what is too long for a ring, or cannot be in one. */
  post(what: Numbered | 'wake', transfer: ArrayBuffer[]): void;
  /** Gives `keep` what the other end has posted so far. */
  receive(): void;
}

/**
 * One end of the way between an application thread and a worker: a ring for each priority and direction, and a bell for who sleeps.
 *
 * No wake-up is lost: a writer makes its message visible and then looks whether the other end sleeps; a reader says that it sleeps and
 * then looks again whether there is a message, or room for its own. Whichever comes first, one of them sees the other.
 *
 * Messages of one priority stay in order, also if some of them are too long for a ring: those are posted before their place in the ring can be seen.
 * REQ POOL-2, POOL-9, POOL-10
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
  /** By priority: what is taken at this go ends there. */
  readonly #ends: number[] = [];
  /** Posted by the other end, by number; the message in the ring has not been read. */
  readonly #outside = new Map<number, Outside>();
  #posted = 0;
  #isCorked = false;

  constructor(memory: ConduitMemory, end: 'application' | 'worker', port: ConduitPort) {
    const isWorker = end === 'worker';
    this.#port = port;
    this.#in = (isWorker ? memory.down : memory.up).map((ring) => new Ring(ring));
    this.#out = (isWorker ? memory.up : memory.down).map((ring) => new Ring(ring));
    this.#asleep = new Int32Array(memory.asleep);
    this.#self = isWorker ? WORKER : 0;
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
    if (!this.#isCorked) this.#show(message.priority);
  }

  /** Whoever reads sees nothing of what is sent from now on, */
  cork(): void {
    this.#isCorked = true;
  }

  /** and now all that has found room: what came of one turn belongs together. */
  uncork(): void {
    this.#isCorked = false;
    let isNew = false;
    for (const ring of this.#out) if (ring.show()) isNew = true;
    if (isNew) this.#wakeOther();
  }

  #show(priority: number): void {
    (this.#out[priority] as Ring).show();
    this.#wakeOther();
  }

  /**
   * Hands on what the other end has sent until now, the most urgent first; what is sent meanwhile waits, so that nothing overtakes what was sent
   * before it with a higher priority. True: there may be more.
   */
  take(handler: (message: Message) => void): boolean {
    let left = TAKE_MAX;
    let isWanted = false;
    for (let i = PRIORITIES - 1; i >= 0; i -= 1) this.#ends[i] = (this.#in[i] as Ring).end;
    for (let i = 0; i < PRIORITIES && left > 0; i += 1) {
      const ring = this.#in[i] as Ring;
      const end = this.#ends[i] as number;
      for (let bytes = ring.read(end); bytes !== undefined; bytes = left > 0 ? ring.read(end) : undefined) {
        left -= 1;
        handler(parse(bytes, this.#fetch));
        if (ring.release()) isWanted = true;
      }
    }
    if (isWanted) this.#wakeOther();
    this.#sendWaiting();
    return left === 0;
  }

  /** What was posted is here. */
  keep({ number, outside }: Numbered): void {
    this.#outside.set(number, outside);
  }

  readonly #fetch = (number: number): Outside => {
    // It was posted before, but this thread may not have been told of it.
    if (!this.#outside.has(number)) this.#port.receive();
    const outside = this.#outside.get(number);
    assert(outside !== undefined, 'what a message refers to was posted before it');
    this.#outside.delete(number);
    return outside;
  };

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
    if (sent === 0 || this.#isCorked) return;
    for (const ring of this.#out) ring.show();
    this.#wakeOther();
  }

  #offer(message: Message): boolean {
    const isLong = sizeOf(message) > INLINE_BYTES_MAX;
    const inRing = isLong ? { ...message, body: NONE } : message;
    const ring = this.#out[message.priority] as Ring;
    const room = ring.reserve(sizeOf(inRing));
    if (room === undefined) {
      // Only what can be read makes room.
      this.#show(message.priority);
      return false;
    }
    const isOutside = isLong || message.outside !== undefined;
    if (isOutside) this.#posted = (this.#posted + 1) >>> 0 || 1;
    // First: the headers may be of the memory that is handed over.
    write(inRing, room, isOutside ? this.#posted : 0);
    if (isOutside) this.#post(message, isLong);
    ring.commit();
    return true;
  }

  #post({ body, outside }: Message, isLong: boolean): void {
    const given = isLong ? this.#given(body) : undefined;
    const all = { ...outside, ...(given === undefined ? {} : { body: given }) };
    const transfer = given?.buffer instanceof ArrayBuffer ? [given.buffer] : [];
    this.#port.post({ number: this.#posted, outside: all }, transfer);
  }

  /** As it is if both threads can see it; what a worker has made goes to the application without a copy; else a copy that is ours to hand over. */
  #given(body: Uint8Array): Uint8Array {
    const { buffer } = body;
    if (buffer instanceof SharedArrayBuffer) return body;
    const isWhole = this.#self === WORKER && body.byteLength === buffer.byteLength;
    return isWhole ? body : new Uint8Array(body);
  }

  #wakeOther(): void {
    const other = 1 - this.#self;
    if (Atomics.load(this.#asleep, other) === 1 && Atomics.exchange(this.#asleep, other, 0) === 1) {
      this.#port.post('wake', []);
    }
  }
}
