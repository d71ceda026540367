/** Numbers of steps, as bits. */
export class StepSet {
  readonly #words: Int32Array;

  /** For the numbers below `length`. */
  constructor(length: number) {
    this.#words = new Int32Array((length + 31) >> 5);
  }

  has(step: number): boolean {
    return (((this.#words[step >> 5] as number) >> (step & 31)) & 1) === 1;
  }

  add(step: number): void {
    this.#words[step >> 5] = (this.#words[step >> 5] as number) | (1 << (step & 31));
  }

  addAll(steps: StepSet): void {
    const words = this.#words;
    const others = steps.#words;
    for (let i = 0; i < others.length; i++) words[i] = (words[i] as number) | (others[i] as number);
  }

  /** All numbers below `end`. */
  addBelow(end: number): void {
    const whole = end >> 5;
    this.#words.fill(-1, 0, whole);
    if ((end & 31) !== 0) this.#words[whole] = (this.#words[whole] as number) | ((1 << (end & 31)) - 1);
  }
}
