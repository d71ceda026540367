import type { Capsule } from '../run/index.ts';
import type { SeedOutcome } from './seed-outcome.ts';

/** Capsules kept by one sweep; of more failing seeds the lowest have one. */
const KEPT_MAX = 100;

/** Where capsules go. */
export interface CapsuleStore {
  write(seed: number, capsule: Capsule): void;
  remove(seed: number): void;
}

/** Chooses whose capsules are kept: the choice depends on which seeds fail, not on which fails first. */
export class KeptCapsules {
  readonly #store: CapsuleStore;
  readonly #max: number;
  readonly #seeds: Set<number>;

  constructor(store: CapsuleStore, before: Iterable<SeedOutcome>, max: number = KEPT_MAX) {
    this.#store = store;
    this.#max = max;
    const failed = [...before].filter(({ verdict, figures }) => verdict !== 0 && figures !== undefined);
    const seeds = failed.map(({ seed }) => seed).sort((a, b) => a - b);
    this.#seeds = new Set(seeds.slice(0, max));
  }

  keep(seed: number, capsule: Capsule): void {
    if (this.#seeds.size >= this.#max) {
      const highest = Math.max(...this.#seeds);
      if (seed > highest) return;
      this.#store.remove(highest);
      this.#seeds.delete(highest);
    }
    this.#store.write(seed, capsule);
    this.#seeds.add(seed);
  }

  has(seed: number): boolean {
    return this.#seeds.has(seed);
  }
}
