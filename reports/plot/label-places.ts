interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
}

/** Finds labels a place where no other label is. */
export class LabelPlaces {
  readonly #boxes: Box[] = [];
  readonly #lineHeight: number;

  constructor(lineHeight: number) {
    this.#lineHeight = lineHeight;
  }

  /** A place that is taken, wanted or not. `y` is the foot of the text. */
  take(x0: number, x1: number, y: number): void {
    this.#boxes.push({ x0, x1, y });
  }

  /** Takes the first of the heights at which there is room. @returns undefined if there is none */
  findAndTake(x0: number, x1: number, heights: readonly number[]): number | undefined {
    const y = heights.find((height) => !this.#boxes.some((box) => this.#overlap(box, x0, x1, height)));
    if (y !== undefined) this.take(x0, x1, y);
    return y;
  }

  #overlap(box: Box, x0: number, x1: number, y: number): boolean {
    return box.x0 < x1 && x0 < box.x1 && Math.abs(box.y - y) < this.#lineHeight;
  }
}
