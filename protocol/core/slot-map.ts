import { assert } from './assert.ts';

/** Slots a map can hold: the low bits of a handle. */
const SLOT_LIMIT = 2 ** 26;
/** Generations of a slot: the high bits; a slot that ran out of them is retired. */
const GENERATION_LIMIT = 2 ** 27;

/**
 * Objects behind integer handles that survive reuse: a handle is slot + generation x 2^26, so that a stale one finds nothing
 * instead of the slot's next tenant. Handles cross thread boundaries; object references do not.
 */
export class SlotMap<T extends object> {
  private readonly items: (T | undefined)[] = [];
  private readonly generations: number[] = [];
  private readonly free: number[] = [];
  private readonly capacity: number;
  private liveCount = 0;

  constructor(capacity: number) {
    assert(capacity > 0 && capacity <= SLOT_LIMIT, 'slot map capacity out of range');
    this.capacity = capacity;
  }

  get size(): number {
    return this.liveCount;
  }

  get isFull(): boolean {
    return this.free.length === 0 && this.items.length >= this.capacity;
  }

  /** Stores `item` and returns its handle; the map must not be full. */
  insert(item: T): number {
    assert(!this.isFull, 'slot map is full');
    let slot = this.free.pop();
    if (slot === undefined) {
      slot = this.items.length;
      this.items.push(undefined);
      this.generations.push(0);
    }
    this.items[slot] = item;
    this.liveCount += 1;
    return slot + (this.generations[slot] as number) * SLOT_LIMIT;
  }

  get(handle: number): T | undefined {
    const slot = handle % SLOT_LIMIT;
    if (this.generations[slot] !== Math.floor(handle / SLOT_LIMIT)) return undefined;
    return this.items[slot];
  }

  delete(handle: number): boolean {
    if (this.get(handle) === undefined) return false;
    const slot = handle % SLOT_LIMIT;
    this.items[slot] = undefined;
    this.liveCount -= 1;
    const generation = (this.generations[slot] as number) + 1;
    this.generations[slot] = generation;
    if (generation < GENERATION_LIMIT) this.free.push(slot);
    return true;
  }

  forEach(visit: (item: T, handle: number) => void): void {
    for (let slot = 0; slot < this.items.length; slot += 1) {
      const item = this.items[slot];
      if (item !== undefined) visit(item, slot + (this.generations[slot] as number) * SLOT_LIMIT);
    }
  }
}
