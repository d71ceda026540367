import type { Nanos } from '../../protocol/core/units.ts';
import { Checkpoints, type TraceSummary } from './checkpoints.ts';
import { RollingHash } from './rolling-hash.ts';
import { TraceStore, type TraceStoreOptions } from './trace-store.ts';

export interface TraceOptions {
  /** Keep the records themselves too. Default: only the hash. */
  readonly store?: TraceStoreOptions;
}

/**
 * All that happened in a run, as a rolling hash, and if asked for as records. Two runs with equal digests are equal, packet
 * content included where a record holds its hash. REQ DST-1
 */
export class Trace {
  /** The records, if they are kept. */
  readonly store: TraceStore | undefined;
  readonly #hash = new RollingHash();
  readonly #checkpoints = new Checkpoints();
  #records = 0;

  constructor(options: TraceOptions = {}) {
    this.store = options.store === undefined ? undefined : new TraceStore(options.store);
  }

  /** Records so far. */
  get records(): number {
    return this.#records;
  }

  /**
   * One thing that happened at `timeNs`. The kind (kinds.ts) gives `where` and `a` … `d` their meaning: `where` is an
   * int32, the others are safe integers; a part of a whole is not in the hash.
   */
  record(timeNs: Nanos, kind: number, where: number, a: number, b: number, c: number, d: number): void {
    this.#hash.mix(timeNs, kind, where, a, b, c, d);
    this.#records++;
    if (this.#records === this.#checkpoints.nextAt) this.#checkpoints.add(this.#hash.digest());
    if (this.store !== undefined) this.store.add(timeNs, kind, where, a, b, c, d);
  }

  /** The 128-bit hash of all records so far, 32 hexadecimal digits. */
  digest(): string {
    return this.#hash.digest();
  }

  /** What another run is compared with (divergence.ts). */
  summary(): TraceSummary {
    return { records: this.#records, digest: this.digest(), ...this.#checkpoints.list() };
  }
}
