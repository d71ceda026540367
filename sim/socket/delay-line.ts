import type { Nanos } from '../../protocol/core/units.ts';
import type { EventHandler, Kernel } from '../kernel/kernel.ts';

const PLACES_MIN = 16;

/**
 * What is under way and arrives in the order of departure. The kernel holds the first arrival and not one event for each, so it
 * costs the same however much is under way.
 */
export class DelayLine implements EventHandler {
  readonly #kernel: Kernel;
  readonly #arrive: (item: number) => void;
  // A ring, in parallel arrays; their length is a power of two.
  #arrivalsNs = new Float64Array(PLACES_MIN);
  #items = new Int32Array(PLACES_MIN);
  #head = 0;
  #length = 0;

  constructor(kernel: Kernel, arrive: (item: number) => void) {
    this.#kernel = kernel;
    this.#arrive = arrive;
  }

  /** Calls `arrive(item)` at `arrivalNs`, which is not before that of the item before. */
  launch(item: number, arrivalNs: Nanos): void {
    if (this.#length === 0) this.#kernel.schedule(arrivalNs, this);
    else if (this.#length === this.#items.length) this.#grow();
    const at = (this.#head + this.#length) & (this.#items.length - 1);
    this.#arrivalsNs[at] = arrivalNs;
    this.#items[at] = item;
    this.#length++;
  }

  /** The first item arrives. */
  onEvent(): void {
    const item = this.#items[this.#head] as number;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length--;
    if (this.#length > 0) this.#kernel.schedule(this.#arrivalsNs[this.#head] as number, this);
    this.#arrive(item);
  }

  #grow(): void {
    const places = this.#items.length;
    const arrivalsNs = new Float64Array(2 * places);
    const items = new Int32Array(2 * places);
    for (let i = 0; i < this.#length; i++) {
      const from = (this.#head + i) & (places - 1);
      arrivalsNs[i] = this.#arrivalsNs[from] as number;
      items[i] = this.#items[from] as number;
    }
    this.#arrivalsNs = arrivalsNs;
    this.#items = items;
    this.#head = 0;
  }
}
