import { assert } from './assert.ts';
import type { Nanos } from '../../protocol/core/units.ts';

/** What an event calls. One long-lived object serves many events; `a` and `b` say which. */
export interface EventHandler {
  onEvent(a: number, b: number): void;
}

/** Names one scheduled event until it runs or is cancelled; a stale id names nothing. */
export type EventId = number;

/** Pending events at most, cancelled ones that were not yet swept included. */
export const PENDING_MAX: number = 1 << 22;
const SLOT_SPAN = PENDING_MAX;
const GENERATION_MASK = 0x7fff_ffff;
const INITIAL_CAPACITY = 256;
const FREE = -1;

const IDLE: EventHandler = { onEvent: () => undefined };

/**
 * Priority queue of events ordered by (time, sequence): a 4-ary heap in typed arrays over a pool of records.
 * A cancelled record is freed at once; its heap entry is recognised by its sequence number and skipped.
 */
export class EventQueue {
  #times = new Float64Array(INITIAL_CAPACITY);
  #sequences = new Float64Array(INITIAL_CAPACITY);
  #slots = new Int32Array(INITIAL_CAPACITY);
  #size = 0;
  #nextSequence = 0;

  #handlers: EventHandler[] = [];
  #a = new Float64Array(INITIAL_CAPACITY);
  #b = new Float64Array(INITIAL_CAPACITY);
  #slotSequences = new Float64Array(INITIAL_CAPACITY).fill(FREE);
  #generations = new Int32Array(INITIAL_CAPACITY);
  #freeSlots = new Int32Array(INITIAL_CAPACITY);
  #freeCount = 0;
  #live = 0;

  /** The event popped last. */
  handler: EventHandler = IDLE;
  a = 0;
  b = 0;

  constructor() {
    this.#addSlots(0, INITIAL_CAPACITY);
  }

  /** Events that will run. */
  get length(): number {
    return this.#live;
  }

  push(time: Nanos, handler: EventHandler, a: number, b: number): EventId {
    if (this.#freeCount === 0 || this.#size === this.#times.length) this.#grow();
    const slot = this.#freeSlots[--this.#freeCount] as number;
    const sequence = this.#nextSequence++;
    this.#handlers[slot] = handler;
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#slotSequences[slot] = sequence;
    this.#live++;
    this.#siftUp(this.#size++, time, sequence, slot);
    return (this.#generations[slot] as number) * SLOT_SPAN + slot;
  }

  /** Time of the next event, or Infinity. */
  peekTime(): Nanos {
    while (this.#size > 0) {
      if (this.#slotSequences[this.#slots[0] as number] === this.#sequences[0])
        return this.#times[0] as number;
      this.#removeTop();
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Removes the event peekTime() spoke of and leaves it in `handler`, `a`, `b`. */
  pop(): void {
    const slot = this.#slots[0] as number;
    this.handler = this.#handlers[slot] as EventHandler;
    this.a = this.#a[slot] as number;
    this.b = this.#b[slot] as number;
    this.#free(slot);
    this.#removeTop();
  }

  /** True if the event was pending and now never runs. */
  cancel(id: EventId): boolean {
    if (!(id >= 0)) return false;
    const slot = id % SLOT_SPAN;
    if (slot >= this.#generations.length || this.#slotSequences[slot] === FREE) return false;
    if ((this.#generations[slot] as number) * SLOT_SPAN + slot !== id) return false;
    this.#free(slot);
    return true;
  }

  #free(slot: number): void {
    this.#handlers[slot] = IDLE;
    this.#slotSequences[slot] = FREE;
    this.#generations[slot] = ((this.#generations[slot] as number) + 1) & GENERATION_MASK;
    this.#freeSlots[this.#freeCount++] = slot;
    this.#live--;
  }

  #removeTop(): void {
    const last = --this.#size;
    if (last === 0) return;
    const time = this.#times[last] as number;
    const sequence = this.#sequences[last] as number;
    this.#siftDown(0, time, sequence, this.#slots[last] as number);
  }

  #siftUp(from: number, time: number, sequence: number, slot: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = this.#times[parent] as number;
      if (parentTime < time || (parentTime === time && (this.#sequences[parent] as number) < sequence)) break;
      this.#times[at] = parentTime;
      this.#sequences[at] = this.#sequences[parent] as number;
      this.#slots[at] = this.#slots[parent] as number;
      at = parent;
    }
    this.#times[at] = time;
    this.#sequences[at] = sequence;
    this.#slots[at] = slot;
  }

  #siftDown(from: number, time: number, sequence: number, slot: number): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const size = this.#size;
    let at = from;
    for (;;) {
      const first = 4 * at + 1;
      if (first >= size) break;
      let best = first;
      let bestTime = times[first] as number;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime > bestTime) continue;
        if (childTime === bestTime && (sequences[child] as number) > (sequences[best] as number)) continue;
        best = child;
        bestTime = childTime;
      }
      if (bestTime > time || (bestTime === time && (sequences[best] as number) > sequence)) break;
      times[at] = bestTime;
      sequences[at] = sequences[best] as number;
      this.#slots[at] = this.#slots[best] as number;
      at = best;
    }
    times[at] = time;
    sequences[at] = sequence;
    this.#slots[at] = slot;
  }

  #grow(): void {
    const old = this.#generations.length;
    const capacity = old * 2;
    assert(capacity <= PENDING_MAX, 'more events pending than PENDING_MAX');
    this.#times = widened(this.#times, new Float64Array(2 * this.#times.length));
    this.#sequences = widened(this.#sequences, new Float64Array(2 * this.#sequences.length));
    this.#slots = widened(this.#slots, new Int32Array(2 * this.#slots.length));
    this.#a = widened(this.#a, new Float64Array(capacity));
    this.#b = widened(this.#b, new Float64Array(capacity));
    this.#slotSequences = widened(this.#slotSequences, new Float64Array(capacity).fill(FREE));
    this.#generations = widened(this.#generations, new Int32Array(capacity));
    this.#freeSlots = widened(this.#freeSlots, new Int32Array(capacity));
    this.#addSlots(old, capacity);
  }

  #addSlots(start: number, end: number): void {
    for (let slot = end - 1; slot >= start; slot--) {
      this.#handlers[slot] = IDLE;
      this.#freeSlots[this.#freeCount++] = slot;
    }
  }
}

function widened<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
