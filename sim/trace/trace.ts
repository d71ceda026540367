import type { Nanos } from '../../protocol/core/units.ts';
import { Checkpoints, type TraceSummary } from './checkpoints.ts';
import { RECORD_NUMBERS, RECORD_WORDS, RollingHash } from './rolling-hash.ts';
import { TraceStore, type TraceStoreOptions } from './trace-store.ts';

/** Records that are hashed together. */
const BATCH_RECORDS = 64;

export interface TraceOptions {
  /** Keep the records themselves too. Default: only the hash. */
  readonly store?: TraceStoreOptions;
}

/**
 * All that happened in a run, as a rolling hash, and if asked for as records. Two runs with equal digests are equal, packet
 * content included where a record holds its hash. REQ DST-1
 */
export class Trace {
  readonly #store: TraceStore | undefined;
  readonly #hash = new RollingHash();
  readonly #checkpoints = new Checkpoints();
  /** Records that are neither hashed nor stored yet: two views of them, and how many. */
  readonly #numbers = new Float64Array(BATCH_RECORDS * RECORD_NUMBERS);
  readonly #words = new Int32Array(this.#numbers.buffer);
  #pending = 0;
  /** How many may be pending: a checkpoint may come before there is no room. */
  #pendingMax = BATCH_RECORDS;
  /** Records before those. */
  #taken = 0;

  constructor(options: TraceOptions = {}) {
    this.#store = options.store === undefined ? undefined : new TraceStore(options.store);
  }

  /** The records, if they are kept; read it again after more of them. */
  get store(): TraceStore | undefined {
    this.#take();
    return this.#store;
  }

  /** Records so far. */
  get records(): number {
    return this.#taken + this.#pending;
  }

  /**
   * One thing that happened at `timeNs`. The kind (kinds.ts) gives `where` and `a` … `d` their meaning: `where` is an
   * int32, the others are safe integers.
   *
   * So short that compilers put it where it is called from, and no number that is passed becomes an object.
   */
  record(timeNs: Nanos, kind: number, where: number, a: number, b: number, c: number, d: number): void {
    const pending = this.#pending;
    const numbers = this.#numbers;
    const words = this.#words;
    const at = pending * RECORD_NUMBERS;
    numbers[at] = timeNs;
    words[2 * at + 2] = kind;
    words[2 * at + 3] = where;
    numbers[at + 2] = a;
    numbers[at + 3] = b;
    numbers[at + 4] = c;
    numbers[at + 5] = d;
    this.#pending = pending + 1;
    if (pending + 1 === this.#pendingMax) this.#take();
  }

  /** The 128-bit hash of all records so far, 32 hexadecimal digits. */
  digest(): string {
    this.#take();
    return this.#hash.digest();
  }

  /** What another run is compared with (divergence.ts). */
  summary(): TraceSummary {
    return { records: this.records, digest: this.digest(), ...this.#checkpoints.list() };
  }

  /** Hashes and stores what is pending. */
  #take(): void {
    const pending = this.#pending;
    this.#hash.mix(this.#words, pending * RECORD_WORDS);
    this.#store?.addAll(this.#numbers, this.#words, pending);
    this.#pending = 0;
    this.#taken += pending;
    if (this.#taken === this.#checkpoints.nextAt) this.#checkpoints.add(this.#hash.digest());
    this.#pendingMax = Math.min(BATCH_RECORDS, this.#checkpoints.nextAt - this.#taken);
  }
}
