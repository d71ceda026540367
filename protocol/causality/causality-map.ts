import { assert } from '../core/assert.ts';
import { CAUSAL_STATES, nextCausalState } from './states.ts';
import type { CausalEvent, CausalState } from './states.ts';

/** Names a call to those that depend on it: slot + generation x 2^24, so that it survives the reuse of its slot as a stale one. */
export type Token = number;

const SLOT_LIMIT = 2 ** 24;
const STATE_BITS = 3;
const STATE_MASK = (1 << STATE_BITS) - 1;
/** Generations begin at 1; the word of a slot is an int32 and not negative. */
const GENERATION_MAX = 0x0fff_ffff;
/** Word 0 counts the slots that were claimed; the word of slot i is i + HEADER_WORDS. */
const HEADER_WORDS = 1;
/** Slots that a worker claims at once. */
const CLAIM = 64;
const WORD_BYTES = 4;

/** Memory that grows in place: what views and handles name stays where it is. */
interface Growable {
  readonly byteLength: number;
  readonly maxByteLength: number;
  resize?(bytes: number): void;
  grow?(bytes: number): void;
}

/** Of ES2024, on shared memory. */
interface AsyncAtomics {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { async: false } | { async: true; value: Promise<unknown> };
}

type GrowableConstructor<T> = new (bytes: number, options: { maxByteLength: number }) => T;

/** Bytes of a map of so many slots; whole claims. */
function bytesOf(slots: number): number {
  assert(slots >= 0 && slots <= SLOT_LIMIT, 'slots of a causality map out of range');
  return (HEADER_WORDS + Math.ceil(slots / CLAIM) * CLAIM) * WORD_BYTES;
}

/**
 * States of calls behind tokens, in one growing piece of memory that workers may share. A slot belongs to the map object that claimed it: it alone issues and retires
 * there. Any may advance and read, each operation being one atomic word. REQ CAUSE-1, CAUSE-2, CAUSE-5, CAUSE-6
 */
export class CausalityMap {
  readonly buffer: ArrayBufferLike;
  private readonly words: Int32Array;
  private readonly free: number[] = [];
  private readonly generationMax: number;
  private readonly isShared: boolean;
  /** Claims of this object. */
  private readonly claims: Set<number> = new Set<number>();
  private claimed = 0;
  private claimEnd = 0;

  /** `buffer` as `memory` and `sharedMemory` give it, for each worker the same. `generationMax`: few are for tests. */
  constructor(buffer: ArrayBufferLike, generationMax: number = GENERATION_MAX) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.generationMax = generationMax;
    this.isShared = typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
  }

  /** For one thread; it begins with `slotsInitial` and doubles. REQ CONF-1 */
  static memory(slotsMax: number, slotsInitial: number = 0): ArrayBuffer {
    const Constructor = ArrayBuffer as unknown as GrowableConstructor<ArrayBuffer>;
    return new Constructor(bytesOf(slotsInitial), { maxByteLength: bytesOf(slotsMax) });
  }

  /** For several. */
  static sharedMemory(slotsMax: number, slotsInitial: number = 0): SharedArrayBuffer {
    const Constructor = SharedArrayBuffer as unknown as GrowableConstructor<SharedArrayBuffer>;
    return new Constructor(bytesOf(slotsInitial), { maxByteLength: bytesOf(slotsMax) });
  }

  /** To which it grows; of all workers together. */
  get slotsMax(): number {
    const { maxByteLength } = this.buffer as unknown as Growable;
    return maxByteLength / WORD_BYTES - HEADER_WORDS;
  }

  /** A token that is pending; undefined if all slots are taken or used up. MUST AFTER-4 */
  issue(): Token | undefined {
    const slot = this.free.pop() ?? this.claim();
    if (slot === undefined) return undefined;
    const word = this.words[slot + HEADER_WORDS] as number;
    assert((word & STATE_MASK) === 0, 'a slot is free when it is taken');
    const generation = (word >>> STATE_BITS) + 1;
    Atomics.store(this.words, slot + HEADER_WORDS, (generation << STATE_BITS) | indexOf('pending'));
    return slot + generation * SLOT_LIMIT;
  }

  private claim(): number | undefined {
    if (this.claimed === this.claimEnd) {
      const { slotsMax } = this;
      if (Atomics.load(this.words, 0) >= slotsMax) return undefined;
      const start = Atomics.add(this.words, 0, CLAIM);
      if (start >= slotsMax) return undefined;
      this.growTo((HEADER_WORDS + start + CLAIM) * WORD_BYTES);
      this.claims.add(start / CLAIM);
      this.claimed = start;
      this.claimEnd = start + CLAIM;
    }
    return this.claimed++;
  }

  /** Doubles the memory until it has `bytes`; somebody else may do so at the same time. */
  private growTo(bytes: number): void {
    const buffer = this.buffer as unknown as Growable;
    while (buffer.byteLength < bytes) {
      const target = Math.min(buffer.maxByteLength, Math.max(bytes, 2 * buffer.byteLength));
      if (buffer.resize !== undefined) {
        buffer.resize(target);
        continue;
      }
      try {
        buffer.grow?.(target);
      } catch (error) {
        // Refused because it has more already.
        if (buffer.byteLength < bytes) throw error;
      }
    }
  }

  /** `free` for a token that is stale, or never was one. */
  stateOf(token: Token): CausalState {
    const word = this.wordOf(token);
    return word === undefined ? 'free' : (CAUSAL_STATES[word & STATE_MASK] as CausalState);
  }

  private wordOf(token: Token): number | undefined {
    const index = (token % SLOT_LIMIT) + HEADER_WORDS;
    if (!Number.isInteger(index) || index < HEADER_WORDS || index >= this.words.length) return undefined;
    const word = Atomics.load(this.words, index);
    return word >>> STATE_BITS === Math.floor(token / SLOT_LIMIT) ? word : undefined;
  }

  /** False: it changes nothing, or the token is stale. */
  advance(token: Token, event: Exclude<CausalEvent, 'issue' | 'retire'>): boolean {
    const index = (token % SLOT_LIMIT) + HEADER_WORDS;
    for (let word = this.wordOf(token); word !== undefined; word = this.wordOf(token)) {
      const state = CAUSAL_STATES[word & STATE_MASK] as CausalState;
      const next = nextCausalState(state, event);
      if (next === state) return false;
      const changed = (word & ~STATE_MASK) | indexOf(next);
      if (Atomics.compareExchange(this.words, index, word, changed) !== word) continue;
      this.wake(index);
      return true;
    }
    return false;
  }

  private wake(index: number): void {
    if (this.isShared) Atomics.notify(this.words, index);
  }

  /** Whether its state changes through this object. */
  owns(token: Token): boolean {
    return this.claims.has(Math.floor((token % SLOT_LIMIT) / CLAIM));
  }

  /** Resolves when the state of another worker's token is no more `state`. It does not keep a process alive. */
  async whenNot(token: Token, state: CausalState): Promise<void> {
    const word = this.wordOf(token);
    if (word === undefined || (word & STATE_MASK) !== indexOf(state)) return;
    const { waitAsync } = Atomics as unknown as AsyncAtomics;
    const wait = waitAsync(this.words, (token % SLOT_LIMIT) + HEADER_WORDS, word);
    if (wait.async) await wait.value;
  }

  /** Makes the token of a call that has ended stale. A slot that ran out of generations is not used again. MUST AFTER-4 */
  retire(token: Token): void {
    const word = this.wordOf(token);
    assert(word !== undefined, 'a token is retired once');
    const next = nextCausalState(CAUSAL_STATES[word & STATE_MASK] as CausalState, 'retire');
    assert(next === 'free', 'what is retired has ended');
    const slot = token % SLOT_LIMIT;
    Atomics.store(this.words, slot + HEADER_WORDS, word & ~STATE_MASK);
    this.wake(slot + HEADER_WORDS);
    if (word >>> STATE_BITS < this.generationMax) this.free.push(slot);
  }
}

function indexOf(state: CausalState): number {
  return CAUSAL_STATES.indexOf(state);
}
