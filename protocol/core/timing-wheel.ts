import { assert } from './assert.ts';
import type { Nanos } from './units.ts';

/** Slots of a wheel; a word has a bit for each. */
const SLOTS = 32;
const SLOT_BITS = 5;
/** So many timers of a slot are sorted when the earliest is asked for; more are dealt out to a finer wheel. */
const SORTED_MAX = 16;
/** So many steps a timer goes from the end of a sorted list to its place. */
const INSERT_STEPS_MAX = 32;
const TIMERS_MIN = 8;
/** Timers that are being sorted. */
const line: Int32Array = new Int32Array(SORTED_MAX);
/** In `slots`: nothing there. Below it, -1 - n, the wheel with number n; above it a timer. */
const EMPTY = -1;
/** The wheel whose slots are the queues. */
const QUEUES = 0;

/**
 * Timers of a few queues on hierarchical wheels (Varghese and Lauck 1987), exact to the nanosecond: each queue fires in the order of deadlines, equal
 * ones in the order of scheduling, and knows its earliest timer after every change.
 *
 * A wheel has 32 slots of 32ⁿ ns each, in a window that is a multiple of its length. A slot holds a list of timers, or a finer wheel. A timer is put
 * at the end of the list where its time leads; when the earliest of a long list is asked for, the list is dealt out to a wheel just as
 * wide as it needs. So a timer moves at most once per level of time, always to a finer wheel, whatever comes before or after it, and
 * scheduling, cancelling and firing cost O(1). Wheels exist only where timers are, so nothing turns while time passes, there is no
 * farthest and no past.
 *
 * Nothing is allocated for a timer: it is a number, and its links lie in arrays. REQ WHEEL-1, WHEEL-2, WHEEL-3, WHEEL-4, WHEEL-6
 */
export class TimingWheel {
  /** Of each timer the next and the previous one, or at the ends of a list ~slot, and its time: 16 bytes, in one line of the processor's cache. */
  private links: Int32Array = new Int32Array(0);
  private times: Float64Array = new Float64Array(0);
  private freeTimers: number = EMPTY;

  /** Of each slot the first and the last timer, or a wheel. */
  private slots: Int32Array = new Int32Array(2 * SLOTS).fill(EMPTY);
  /** Of each wheel: a bit for each slot with something in it, and the slot that the wheel is in. */
  private wheels: Int32Array = new Int32Array(2);
  /** Of each wheel: where its window begins, and slots per nanosecond. */
  private windows: Float64Array = new Float64Array(2);
  /** Of each wheel: a bit for each slot whose list is in order. */
  private sorted: Int32Array = new Int32Array(1);
  private freeWheels: number = EMPTY;

  /** When that timer, which is on the wheel, is due. */
  at(timer: number): Nanos {
    return this.times[2 * timer + 1] as number;
  }

  /** Returns the timer's number, which is given again after `cancel`. `at` is an integer. */
  schedule(queue: number, at: Nanos): number {
    if (this.freeTimers === EMPTY) this.addTimers();
    const timer = this.freeTimers;
    this.freeTimers = this.links[4 * timer] as number;
    this.place(timer, at, queue);
    return timer;
  }

  /** The same timer at another time: behind those of that time. */
  move(queue: number, timer: number, at: Nanos): void {
    this.unlink(timer);
    this.place(timer, at, queue);
  }

  cancel(timer: number): void {
    this.unlink(timer);
    this.links[4 * timer] = this.freeTimers;
    this.freeTimers = timer;
  }

  /** The timer of `queue` that is due first, of equals the one scheduled first; -1 if there is none. */
  first(queue: number): number {
    let slot = queue;
    for (;;) {
      const head = this.slots[2 * slot] as number;
      if (head < EMPTY) {
        const wheel = EMPTY - head;
        const occupied = this.wheels[2 * wheel] as number;
        slot = wheel * SLOTS + 31 - Math.clz32(occupied & -occupied);
        continue;
      }
      if (head === EMPTY) return EMPTY;
      if (this.isSorted(slot)) return head;
      if (this.sort(slot, head)) return this.slots[2 * slot] as number;
      this.dealOut(slot);
    }
  }

  /** Puts the timer where `at` leads from `slot`. */
  private place(timer: number, at: Nanos, from: number): void {
    assert(Number.isSafeInteger(at), 'deadlines are whole nanoseconds');
    this.times[2 * timer + 1] = at;
    let slot = from;
    for (;;) {
      const head = this.slots[2 * slot] as number;
      if (head >= EMPTY) break;
      const wheel = EMPTY - head;
      const index = (at - (this.windows[2 * wheel] as number)) * (this.windows[2 * wheel + 1] as number);
      slot = index >= 0 && index < SLOTS ? wheel * SLOTS + (index | 0) : this.widen(slot, wheel, at);
    }
    this.append(timer, at, slot);
  }

  /** Puts the timer behind those that are not later, if these are found soon; else at the end of a list that is in no order from then on. */
  private append(timer: number, at: Nanos, slot: number): void {
    const { links, slots, times } = this;
    const tail = slots[2 * slot + 1] as number;
    if (tail === EMPTY) {
      links[4 * timer] = ~slot;
      links[4 * timer + 1] = ~slot;
      slots[2 * slot] = timer;
      slots[2 * slot + 1] = timer;
      this.occupy(slot);
      return;
    }
    let previous = tail;
    if (at < (times[2 * tail + 1] as number) && this.isSorted(slot)) {
      let steps = 0;
      do {
        previous = links[4 * previous + 1] as number;
        steps += 1;
      } while (previous >= 0 && steps < INSERT_STEPS_MAX && at < (times[2 * previous + 1] as number));
      if (previous >= 0 && at < (times[2 * previous + 1] as number)) {
        previous = tail;
        this.setSorted(slot, false);
      }
    }
    this.link(timer, previous, slot);
  }

  /** Behind `previous`, or in front if that is an end. */
  private link(timer: number, previous: number, slot: number): void {
    const { links, slots } = this;
    const next = (previous >= 0 ? links[4 * previous] : slots[2 * slot]) as number;
    links[4 * timer] = next;
    links[4 * timer + 1] = previous;
    if (previous >= 0) links[4 * previous] = timer;
    else slots[2 * slot] = timer;
    if (next >= 0) links[4 * next + 1] = timer;
    else slots[2 * slot + 1] = timer;
  }

  /** False: there are too many. */
  private sort(slot: number, head: number): boolean {
    const { links, times, slots } = this;
    let count = 0;
    for (let timer = head; timer >= 0; timer = links[4 * timer] as number) {
      if (count === SORTED_MAX) return false;
      const at = times[2 * timer + 1] as number;
      let place = count;
      for (; place > 0 && at < (times[2 * (line[place - 1] as number) + 1] as number); place -= 1)
        line[place] = line[place - 1] as number;
      line[place] = timer;
      count += 1;
    }
    let previous = ~slot;
    for (let i = 0; i < count; i += 1) {
      const timer = line[i] as number;
      links[4 * timer + 1] = previous;
      if (previous < 0) slots[2 * slot] = timer;
      else links[4 * previous] = timer;
      previous = timer;
    }
    links[4 * previous] = ~slot;
    slots[2 * slot + 1] = previous;
    this.setSorted(slot, true);
    return true;
  }

  private isSorted(slot: number): boolean {
    return ((this.sorted[slot >> SLOT_BITS] as number) & (1 << (slot & (SLOTS - 1)))) !== 0;
  }

  private setSorted(slot: number, isSorted: boolean): void {
    const wheel = slot >> SLOT_BITS;
    const bit = 1 << (slot & (SLOTS - 1));
    const before = this.sorted[wheel] as number;
    this.sorted[wheel] = isSorted ? before | bit : before & ~bit;
  }

  private unlink(timer: number): void {
    const { links, slots } = this;
    const next = links[4 * timer] as number;
    const previous = links[4 * timer + 1] as number;
    if (previous >= 0) links[4 * previous] = next;
    else slots[2 * ~previous] = next >= 0 ? next : EMPTY;
    if (next >= 0) links[4 * next + 1] = previous;
    else slots[2 * ~next + 1] = previous >= 0 ? previous : EMPTY;
    if (previous < 0 && next < 0) this.vacate(~next);
  }

  /** What is put there alone is in order. */
  private occupy(slot: number): void {
    const wheel = slot >> SLOT_BITS;
    const bit = 1 << (slot & (SLOTS - 1));
    this.wheels[2 * wheel] = (this.wheels[2 * wheel] as number) | bit;
    this.sorted[wheel] = (this.sorted[wheel] as number) | bit;
  }

  /** A slot is empty; a wheel with nothing but empty slots is taken away. */
  private vacate(emptied: number): void {
    let slot = emptied;
    for (;;) {
      const wheel = slot >> SLOT_BITS;
      const occupied = (this.wheels[2 * wheel] as number) & ~(1 << (slot & (SLOTS - 1)));
      this.wheels[2 * wheel] = occupied;
      if (occupied !== 0 || wheel === QUEUES) return;
      slot = this.wheels[2 * wheel + 1] as number;
      this.slots[2 * slot] = EMPTY;
      this.wheels[2 * wheel + 1] = this.freeWheels;
      this.freeWheels = wheel;
    }
  }

  /** Moves the timers of `slot`, in order, to a wheel with the narrowest window that holds them all. */
  private dealOut(slot: number): void {
    const head = this.slots[2 * slot] as number;
    const wheel = slot < SLOTS ? this.addWheelFor(slot, head) : this.addFinerWheel(slot);
    const start = this.windows[2 * wheel] as number;
    const perNs = this.windows[2 * wheel + 1] as number;
    this.slots[2 * slot] = EMPTY - wheel;
    this.slots[2 * slot + 1] = EMPTY;
    for (let timer = head; timer >= 0;) {
      const next = this.links[4 * timer] as number;
      const at = this.times[2 * timer + 1] as number;
      this.append(timer, at, wheel * SLOTS + (((at - start) * perNs) | 0));
      timer = next;
    }
  }

  /** `at` is not in the window of the wheel in `slot`: a wider one takes its place, and it a slot of that. Returns the slot for `at`. */
  private widen(slot: number, inner: number, at: Nanos): number {
    const start = this.windows[2 * inner] as number;
    const lengthNs = SLOTS / (this.windows[2 * inner + 1] as number);
    const wheel = this.addWheelOver(slot, Math.min(at, start), Math.max(at, start), lengthNs);
    const outerStart = this.windows[2 * wheel] as number;
    const perNs = this.windows[2 * wheel + 1] as number;
    const place = wheel * SLOTS + (((start - outerStart) * perNs) | 0);
    this.slots[2 * slot] = EMPTY - wheel;
    this.slots[2 * place] = EMPTY - inner;
    this.wheels[2 * inner + 1] = place;
    this.occupy(place);
    return wheel * SLOTS + (((at - outerStart) * perNs) | 0);
  }

  /** For all timers from `head` on, which are in the list of a queue. */
  private addWheelFor(slot: number, head: number): number {
    let from = this.times[2 * head + 1] as number;
    let to = from;
    for (let timer = this.links[4 * head] as number; timer >= 0; timer = this.links[4 * timer] as number) {
      const at = this.times[2 * timer + 1] as number;
      if (at < from) from = at;
      else if (at > to) to = at;
    }
    return this.addWheelOver(slot, from, to, 1);
  }

  /** For what is in a slot of a wheel: its window is known. */
  private addFinerWheel(slot: number): number {
    const outer = slot >> SLOT_BITS;
    const perNs = this.windows[2 * outer + 1] as number;
    const start = (this.windows[2 * outer] as number) + (slot & (SLOTS - 1)) / perNs;
    return this.addWheel(slot, start, perNs * SLOTS);
  }

  /** A wheel for `slot` with the narrowest window that has `from` and `to`, of slots of at least `slotNs`. */
  private addWheelOver(slot: number, from: Nanos, to: Nanos, slotNs: Nanos): number {
    let width = slotNs;
    let lengthNs = width * SLOTS;
    let start = Math.floor(from / lengthNs) * lengthNs;
    while (to - start >= lengthNs) {
      width = lengthNs;
      lengthNs = width * SLOTS;
      start = Math.floor(from / lengthNs) * lengthNs;
    }
    return this.addWheel(slot, start, 1 / width);
  }

  private addWheel(slot: number, start: Nanos, slotsPerNs: number): number {
    if (this.freeWheels === EMPTY) this.addWheels();
    const wheel = this.freeWheels;
    this.freeWheels = this.wheels[2 * wheel + 1] as number;
    this.wheels[2 * wheel] = 0;
    this.wheels[2 * wheel + 1] = slot;
    this.windows[2 * wheel] = start;
    this.windows[2 * wheel + 1] = slotsPerNs;
    return wheel;
  }

  private addTimers(): void {
    const before = this.times.length / 2;
    const count = Math.max(2 * before, TIMERS_MIN);
    const times = widened(this.times, new Float64Array(2 * count));
    this.times = times;
    this.links = new Int32Array(times.buffer);
    // The lowest number is used first: few timers stay in few cache lines.
    for (let timer = count - 1; timer >= before; timer -= 1) {
      this.links[4 * timer] = this.freeTimers;
      this.freeTimers = timer;
    }
  }

  private addWheels(): void {
    const before = this.wheels.length / 2;
    const count = 2 * before;
    this.slots = widened(this.slots, new Int32Array(2 * SLOTS * count).fill(EMPTY));
    this.wheels = widened(this.wheels, new Int32Array(2 * count));
    this.sorted = widened(this.sorted, new Int32Array(count));
    this.windows = widened(this.windows, new Float64Array(2 * count));
    for (let wheel = count - 1; wheel >= before; wheel -= 1) {
      this.wheels[2 * wheel + 1] = this.freeWheels;
      this.freeWheels = wheel;
    }
  }
}

function widened<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
