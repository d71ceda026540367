/** Whole numbers from 0, close together: a bit each. */
export class NumberSet {
  /** 32 numbers each, by their number divided by 32. The first are of most sets all. */
  #first = 0;
  readonly #later: number[] = [];
  largest = -1;

  has(number: number): boolean {
    return (this.#word(number >>> 5) & (1 << (number & 31))) !== 0;
  }

  add(number: number): void {
    const index = number >>> 5;
    const word = this.#word(index) | (1 << (number & 31));
    if (index === 0) this.#first = word;
    else this.#later[index] = word;
    if (number > this.largest) this.largest = number;
  }

  #word(index: number): number {
    return index === 0 ? this.#first : (this.#later[index] ?? 0);
  }
}
