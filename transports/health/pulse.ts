import { assert } from '../../protocol/core/assert.ts';

/** Workers that one memory has counters for. */
const WORKERS_MAX = 256;

/**
 * How often each worker has come round its loop: one counter each, in memory that threads share. It overflows in silence; what matters is whether it
 * moves. REQ NIC-9, HEALTH-9
 */
export class Pulses {
  readonly memory: SharedArrayBuffer;
  private readonly counts: Int32Array;

  /** @param memory as another `Pulses` has it; without, new for `workers` workers */
  constructor(workers: number, memory: SharedArrayBuffer = new SharedArrayBuffer(4 * workers)) {
    assert(Number.isInteger(workers) && workers >= 1 && workers <= WORKERS_MAX, 'from 1 to 256 workers');
    assert(memory.byteLength === 4 * workers, 'a counter for each worker');
    this.memory = memory;
    this.counts = new Int32Array(memory);
  }

  get workers(): number {
    return this.counts.length;
  }

  /** `worker` has come round. */
  beat(worker: number): void {
    Atomics.add(this.counts, worker, 1);
  }

  read(worker: number): number {
    return Atomics.load(this.counts, worker);
  }
}
