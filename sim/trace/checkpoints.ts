/** Checkpoints kept at most; a power of two. */
export const CHECKPOINTS_MAX = 512;
const FIRST_INTERVAL_RECORDS = 1024;

export interface CheckpointList {
  /** Records from one checkpoint to the next: FIRST_INTERVAL_RECORDS times a power of two. */
  readonly intervalRecords: number;
  /** hashes[i] is the digest after (i + 1) * intervalRecords records. */
  readonly hashes: readonly string[];
}

/** A trace in a few kilobytes of JSON. */
export interface TraceSummary extends CheckpointList {
  readonly records: number;
  readonly digest: string;
}

/** Digests at regular intervals of a trace of any length: when there are too many, every second one goes. */
export class Checkpoints {
  #intervalRecords = FIRST_INTERVAL_RECORDS;
  #hashes: string[] = [];
  /** How many records the next checkpoint wants to come after. */
  nextAt: number = FIRST_INTERVAL_RECORDS;

  /** The digest after `nextAt` records. */
  add(digest: string): void {
    this.#hashes.push(digest);
    if (this.#hashes.length === CHECKPOINTS_MAX) {
      this.#hashes = this.#hashes.filter((_, index) => index % 2 === 1);
      this.#intervalRecords *= 2;
    }
    this.nextAt = (this.#hashes.length + 1) * this.#intervalRecords;
  }

  list(): CheckpointList {
    return { intervalRecords: this.#intervalRecords, hashes: [...this.#hashes] };
  }
}
