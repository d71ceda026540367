import { assert } from './assert.ts';
import { lineNumbers, lineWords } from './cache-lines.ts';
import type { Nanos } from '../../protocol/core/units.ts';
import type { Contender } from './choice.ts';

/** What an event calls. One long-lived object serves many events; `a` and `b` say which. */
export interface EventHandler {
  onEvent(a: number, b: number): void;
  /** Asked when there is a chooser: whose step the event is. Undefined: nobody's, it keeps its place. */
  competes?(a: number, b: number): Contender | undefined;
}

/** Names one scheduled event until it runs or is cancelled; after that it names nothing, for good. */
export type EventId = number;

/** An id that never names an event. */
export const NO_EVENT: EventId = 0;

/** Events pending at most. */
export const PENDING_MAX: number = 1 << 22;

/** The last instant of virtual time: 104 days. */
export const TIME_MAX: Nanos = Number.MAX_SAFE_INTEGER;

/** Events by time. */
export interface PendingEvents {
  readonly length: number;
  /** What take() removed last. */
  readonly handler: EventHandler | undefined;
  readonly a: number;
  readonly b: number;
  /** `time` is an integer, not before the event that take() removed last. */
  add(time: Nanos, handler: EventHandler, a: number, b: number): EventId;
  /** The same for an event that is never cancelled: an id that nobody wants is no small integer, and would be garbage. */
  post(time: Nanos, handler: EventHandler, a: number, b: number): void;
  /** True if the event was pending and now never runs. */
  cancel(id: EventId): boolean;
  /** Of the event that advance() found. */
  readonly timeNs: Nanos;
  /** Finds the next event, if it is due by `untilNs`; take() comes next then, before anything is added. */
  advance(untilNs: Nanos): boolean;
  /** Removes the event that advance() found and leaves it in `handler`, `a` and `b`. */
  take(): void;
}

const PENDING_MIN = 256;
const GENERATION_MASK = 0x7fff_ffff;
const NONE = -1;
const TWO_32 = 0x1_0000_0000;
const BAD_TIME = 'the time of an event is an integer of nanoseconds, at most TIME_MAX, and not past';

// A time is seven digits of eight bits. One level of 256 lists per digit.
const DIGIT_BITS = 8;
const RADIX = 1 << DIGIT_BITS;
const DIGIT_MASK = RADIX - 1;
const LEVELS = 7;
const WORDS_PER_LEVEL = RADIX >> 5;
/** Length of one list of each level, and of all lists together. */
const SPAN_NS: readonly number[] = [
  1, 0x100, 0x1_0000, 0x100_0000, 0x1_0000_0000, 0x100_0000_0000, 0x1_0000_0000_0000, 0x100_0000_0000_0000,
];

// Fields of a record, which is one line of the cache: Int32, at slot << WORDS_SHIFT,
const NEXT = 0;
const PREVIOUS = 1;
const LIST = 2;
const GENERATION = 3;
const WORDS_SHIFT = 4;
// and Float64, at slot << NUMBERS_SHIFT.
const TIME = 2;
const A = 3;
const B = 4;
const NUMBERS_SHIFT = 3;

/** Events that are kept apart at the front. */
const NEAR_MAX = 8;
/** Says that an event waits there and in no list. */
const NEAR = -2;

/**
 * The pending events in the order of (time, order of scheduling): a hierarchical timing wheel (Varghese and Lauck 1987)
 * that is exact, as in a radix heap. An event waits in the level of the highest digit in which its time differs
 * from `base`, the time of the last event removed from the wheel. When the lower levels are empty, the list of the next digit is
 * dealt out to them. Nothing may be added before `base`, so each list stays in the order of scheduling and no
 * sequence number is needed. Adding, cancelling and removing cost O(1), whatever the number of events; an event
 * moves at most once per level.
 *
 * In front of the wheel are a few events in a sorted array, none of which comes after any of the wheel. A run with few pending
 * events has all of them there, at half the cost; one with many hardly notices.
 */
export class EventQueue implements PendingEvents {
  // The pool of records; an id is generation * PENDING_MAX + slot, and the generation of a record in use is odd.
  #links = lineWords(PENDING_MIN);
  #values = lineNumbers(this.#links);
  #handlers: (EventHandler | undefined)[] = [];
  #freeSlots = new Int32Array(PENDING_MIN);
  #freeCount = 0;
  #capacity = 0;

  #heads = new Int32Array(LEVELS * RADIX).fill(NONE);
  #tails = new Int32Array(LEVELS * RADIX).fill(NONE);
  /** One bit per list that is not empty. */
  #occupied = new Int32Array(LEVELS * WORDS_PER_LEVEL);
  /** One bit per level with a list that is not empty. */
  #occupiedLevels = 0;
  /** From where the wheel counts. */
  #base: Nanos = 0;
  /** Nothing may be added before this; not before `base`. */
  #last: Nanos = 0;

  /** Slots of the events in front, the next one last. */
  readonly #near = new Int32Array(NEAR_MAX);
  #nearLength = 0;

  /** The slot that advance() found. */
  #found = NONE;
  /** A field and not a result: a number that a function returns is an object if the function is not inlined. */
  timeNs: Nanos = 0;
  handler: EventHandler | undefined = undefined;
  a = 0;
  b = 0;

  constructor() {
    this.#addSlots(PENDING_MIN);
  }

  /** Events pending. */
  get length(): number {
    return this.#capacity - this.#freeCount;
  }

  add(time: Nanos, handler: EventHandler, a: number, b: number): EventId {
    const slot = this.#insert(time, handler, a, b);
    return (this.#links[(slot << WORDS_SHIFT) + GENERATION] as number) * PENDING_MAX + slot;
  }

  post(time: Nanos, handler: EventHandler, a: number, b: number): void {
    this.#insert(time, handler, a, b);
  }

  /** Returns the slot. */
  #insert(time: Nanos, handler: EventHandler, a: number, b: number): number {
    assert(time >= this.#last && time <= TIME_MAX && Math.floor(time) === time, BAD_TIME);
    if (this.#freeCount === 0) this.#grow();
    const slot = this.#freeSlots[--this.#freeCount] as number;
    const at = slot << NUMBERS_SHIFT;
    this.#handlers[slot] = handler;
    this.#values[at + TIME] = time;
    this.#values[at + A] = a;
    this.#values[at + B] = b;
    const word = (slot << WORDS_SHIFT) + GENERATION;
    const generation = (this.#links[word] as number) + 1;
    this.#links[word] = generation;
    if (!this.#addNear(slot, time)) this.#addFar(slot, time);
    return slot;
  }

  cancel(id: EventId): boolean {
    const slot = id & (PENDING_MAX - 1);
    if (slot >= this.#capacity) return false;
    const generation = this.#links[(slot << WORDS_SHIFT) + GENERATION] as number;
    if ((generation & 1) === 0 || generation * PENDING_MAX + slot !== id) return false;
    if (this.#links[(slot << WORDS_SHIFT) + LIST] === NEAR) this.#removeNear(slot);
    else this.#unlink(slot);
    this.#release(slot);
    return true;
  }

  /** After false nothing may be added before `untilNs`. */
  advance(untilNs: Nanos): boolean {
    if (this.#nearLength > 0) {
      const found = this.#near[this.#nearLength - 1] as number;
      const time = this.#values[(found << NUMBERS_SHIFT) + TIME] as number;
      this.#found = found;
      this.timeNs = compact(time);
      return time <= untilNs;
    }
    while (this.#occupiedLevels !== 0) {
      const level = lowestBit(this.#occupiedLevels);
      let word = level * WORDS_PER_LEVEL;
      while (this.#occupied[word] === 0) word++;
      const list = (word << 5) + lowestBit(this.#occupied[word] as number);
      const head = this.#heads[list] as number;
      // All of a list of level 0 is due at one instant; a single event is the next, wherever it waits.
      if (level === 0 || (this.#links[(head << WORDS_SHIFT) + NEXT] as number) === NONE) {
        const time = this.#values[(head << NUMBERS_SHIFT) + TIME] as number;
        this.#found = head;
        this.timeNs = compact(time);
        return time <= untilNs;
      }
      if (!this.#dealOut(list, level, untilNs)) return false;
    }
    return false;
  }

  take(): void {
    const slot = this.#found;
    const at = slot << NUMBERS_SHIFT;
    this.#last = this.timeNs;
    this.handler = this.#handlers[slot];
    this.a = this.#values[at + A] as number;
    this.b = this.#values[at + B] as number;
    if (this.#nearLength > 0) {
      this.#nearLength--;
    } else {
      this.#base = this.#last;
      this.#unlink(slot);
    }
    this.#release(slot);
  }

  /** True if the event is sure to come before all of the wheel; then it is in front. */
  #addNear(slot: number, time: Nanos): boolean {
    const near = this.#near;
    const values = this.#values;
    let length = this.#nearLength;
    if (length === 0 || time >= (values[((near[0] as number) << NUMBERS_SHIFT) + TIME] as number)) {
      if (length === NEAR_MAX || this.#occupiedLevels !== 0) return false;
    } else if (length === NEAR_MAX) {
      this.#evict();
      length--;
    }
    // A newer event comes after those of the same time.
    let at = length;
    while (at > 0 && time >= (values[((near[at - 1] as number) << NUMBERS_SHIFT) + TIME] as number)) {
      near[at] = near[at - 1] as number;
      at--;
    }
    near[at] = slot;
    this.#links[(slot << WORDS_SHIFT) + LIST] = NEAR;
    this.#nearLength = length + 1;
    return true;
  }

  #addFar(slot: number, time: Nanos): void {
    // While the wheel is empty it need not count from where it stood.
    if (this.#occupiedLevels === 0) this.#base = this.#last;
    this.#append(slot, this.#listOf(time));
  }

  /** Moves the last event in front to the wheel, before those of the same time. */
  #evict(): void {
    const slot = this.#near[0] as number;
    this.#near.copyWithin(0, 1);
    this.#nearLength--;
    if (this.#occupiedLevels === 0) this.#base = this.#last;
    this.#prepend(slot, this.#listOf(this.#values[(slot << NUMBERS_SHIFT) + TIME] as number));
  }

  #removeNear(slot: number): void {
    const at = this.#near.indexOf(slot);
    this.#near.copyWithin(at, at + 1);
    this.#nearLength--;
  }

  /** Moves `base` to the start of `list`, and its events to the levels below, in order. */
  #dealOut(list: number, level: number, untilNs: Nanos): boolean {
    const spanNs = SPAN_NS[level] as number;
    const outerSpanNs = SPAN_NS[level + 1] as number;
    const start = Math.floor(this.#base / outerSpanNs) * outerSpanNs + (list & DIGIT_MASK) * spanNs;
    if (start > untilNs) return false;
    this.#base = start;
    if (start > this.#last) this.#last = start;
    let slot = this.#heads[list] as number;
    this.#heads[list] = NONE;
    this.#tails[list] = NONE;
    this.#markEmpty(list);
    while (slot !== NONE) {
      const at = slot << WORDS_SHIFT;
      const next = this.#links[at + NEXT] as number;
      this.#append(slot, this.#listOf(this.#values[(slot << NUMBERS_SHIFT) + TIME] as number));
      slot = next;
    }
    return true;
  }

  /** The list of `time`: the highest digit that differs from `base` gives the level, its value the list. */
  #listOf(time: Nanos): number {
    const low = time | 0;
    const high = (time / TWO_32) | 0;
    const differsHigh = high ^ ((this.#base / TWO_32) | 0);
    if (differsHigh === 0) {
      const differs = low ^ (this.#base | 0);
      if (differs >>> DIGIT_BITS === 0) return low & DIGIT_MASK;
      const level = (31 - Math.clz32(differs)) >>> 3;
      return level * RADIX + ((low >>> (level << 3)) & DIGIT_MASK);
    }
    const level = 4 + ((31 - Math.clz32(differsHigh)) >>> 3);
    return level * RADIX + ((high >>> ((level - 4) << 3)) & DIGIT_MASK);
  }

  #append(slot: number, list: number): void {
    const links = this.#links;
    const at = slot << WORDS_SHIFT;
    const tail = this.#tails[list] as number;
    links[at + NEXT] = NONE;
    links[at + PREVIOUS] = tail;
    links[at + LIST] = list;
    this.#tails[list] = slot;
    if (tail !== NONE) {
      links[(tail << WORDS_SHIFT) + NEXT] = slot;
      return;
    }
    this.#heads[list] = slot;
    const word = list >> 5;
    this.#occupied[word] = (this.#occupied[word] as number) | (1 << (list & 31));
    this.#occupiedLevels |= 1 << (list >> DIGIT_BITS);
  }

  #prepend(slot: number, list: number): void {
    const head = this.#heads[list] as number;
    if (head === NONE) {
      this.#append(slot, list);
      return;
    }
    const links = this.#links;
    const at = slot << WORDS_SHIFT;
    links[at + NEXT] = head;
    links[at + PREVIOUS] = NONE;
    links[at + LIST] = list;
    links[(head << WORDS_SHIFT) + PREVIOUS] = slot;
    this.#heads[list] = slot;
  }

  #unlink(slot: number): void {
    const links = this.#links;
    const at = slot << WORDS_SHIFT;
    const next = links[at + NEXT] as number;
    const previous = links[at + PREVIOUS] as number;
    const list = links[at + LIST] as number;
    if (previous === NONE) this.#heads[list] = next;
    else links[(previous << WORDS_SHIFT) + NEXT] = next;
    if (next === NONE) this.#tails[list] = previous;
    else links[(next << WORDS_SHIFT) + PREVIOUS] = previous;
    if (previous === NONE && next === NONE) this.#markEmpty(list);
  }

  #markEmpty(list: number): void {
    const word = list >> 5;
    const rest = (this.#occupied[word] as number) & ~(1 << (list & 31));
    this.#occupied[word] = rest;
    if (rest !== 0) return;
    const level = list >> DIGIT_BITS;
    const first = level * WORDS_PER_LEVEL;
    for (let i = first; i < first + WORDS_PER_LEVEL; i++) if (this.#occupied[i] !== 0) return;
    this.#occupiedLevels &= ~(1 << level);
  }

  #release(slot: number): void {
    const at = (slot << WORDS_SHIFT) + GENERATION;
    this.#links[at] = ((this.#links[at] as number) + 1) & GENERATION_MASK;
    this.#handlers[slot] = undefined;
    this.#freeSlots[this.#freeCount++] = slot;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    assert(capacity <= PENDING_MAX, 'more events pending than PENDING_MAX');
    const links = lineWords(capacity);
    links.set(this.#links);
    this.#links = links;
    this.#values = lineNumbers(links);
    this.#freeSlots = new Int32Array(capacity);
    this.#addSlots(capacity);
  }

  #addSlots(capacity: number): void {
    for (let slot = this.#capacity; slot < capacity; slot++) this.#handlers.push(undefined);
    // The lowest slot is used first: few events stay in few cache lines.
    for (let slot = capacity - 1; slot >= this.#capacity; slot--) this.#freeSlots[this.#freeCount++] = slot;
    this.#capacity = capacity;
  }
}

/**
 * The same time, as a small integer if it is one: what endpoints keep of it is in their objects then, and not an object of its own, out of the cache, for each. What
 * comes from an array of doubles would stay one.
 */
function compact(time: Nanos): Nanos {
  const small = time | 0;
  return small === time ? small : time;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
