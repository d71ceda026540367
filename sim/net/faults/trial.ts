/** Whether a fault hits: asked once for each packet that a line takes, in the order of the run. */
export interface Trial {
  happens(): boolean;
}

/**
 * Hits the packets that are listed by number, counted over all lines of a fault. All lines share the object: each asks it about
 * the packets that it takes.
 */
export class ListedTrial implements Trial {
  readonly #packets: readonly number[];
  #examined = 0;
  #hits = 0;

  /** @param packets ascending, ≥ 1: the first packet that is examined has number 1. */
  constructor(packets: readonly number[]) {
    this.#packets = packets;
  }

  /** Place in the list of the last packet that was hit. */
  get hit(): number {
    return this.#hits - 1;
  }

  happens(): boolean {
    this.#examined++;
    if (this.#packets[this.#hits] !== this.#examined) return false;
    this.#hits++;
    return true;
  }
}
