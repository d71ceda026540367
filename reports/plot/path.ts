import { coordinate } from '../markup.ts';

/** Builds the `d` attribute of an SVG path. Coordinates are kept to a tenth of a pixel to keep reports small. */
export class PathBuilder {
  #parts: string[] = [];

  moveTo(x: number, y: number): this {
    this.#parts.push(`M${short(x)} ${short(y)}`);
    return this;
  }

  lineTo(x: number, y: number): this {
    this.#parts.push(`L${short(x)} ${short(y)}`);
    return this;
  }

  horizontalTo(x: number): this {
    this.#parts.push(`H${short(x)}`);
    return this;
  }

  verticalTo(y: number): this {
    this.#parts.push(`V${short(y)}`);
    return this;
  }

  rect(x: number, y: number, width: number, height: number): this {
    return this.moveTo(x, y)
      .horizontalTo(x + width)
      .verticalTo(y + height)
      .horizontalTo(x)
      .close();
  }

  close(): this {
    this.#parts.push('Z');
    return this;
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  toString(): string {
    return this.#parts.join('');
  }
}

function short(value: number): string {
  return coordinate(Math.round(value * 10) / 10);
}
