import type { Ffi, Pointer } from './ffi.ts';

/** Where arrays are that live long and of which there are few: to ask costs more than to remember. */
export class Places {
  readonly #ffi: Ffi;
  readonly #known = new WeakMap<Uint8Array, Pointer>();

  constructor(ffi: Ffi) {
    this.#ffi = ffi;
  }

  of(bytes: Uint8Array): Pointer {
    let at = this.#known.get(bytes);
    if (at === undefined) {
      at = this.#ffi.addressOf(bytes);
      this.#known.set(bytes, at);
    }
    return at;
  }
}
