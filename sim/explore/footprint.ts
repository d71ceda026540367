import type { Touchable } from '../kernel/choice.ts';

type ObjectId = Touchable['id'];

/** What a step touched. Two steps that touched nothing in common, or only read it, commute. */
export class Footprint {
  /** True: changed. */
  readonly #objects = new Map<ObjectId, boolean>();
  readonly #labels: string[] = [];

  add({ id, label }: Touchable, writes: boolean): void {
    const before = this.#objects.get(id);
    if (before === undefined) this.#labels.push(label);
    if (before !== true) this.#objects.set(id, writes);
  }

  /** What it touched, for people, in the order of touching. */
  get labels(): readonly string[] {
    return this.#labels;
  }

  entries(): IterableIterator<[ObjectId, boolean]> {
    return this.#objects.entries();
  }

  conflictsWith(other: Footprint): boolean {
    const [few, many] = this.#objects.size < other.#objects.size ? [this, other] : [other, this];
    for (const [id, writes] of few.#objects) {
      const otherWrites = many.#objects.get(id);
      if (otherWrites === true || (writes && otherWrites !== undefined)) return true;
    }
    return false;
  }
}
