import type { Resource } from '../kernel/resource.ts';

/** A variable of the program that several tasks use. An explorer sees who reads and who changes it. */
export class Shared<T> {
  readonly #resource: Resource | undefined;
  #value: T;

  constructor(resource: Resource | undefined, value: T) {
    this.#resource = resource;
    this.#value = value;
  }

  get value(): T {
    this.#resource?.read();
    return this.#value;
  }

  set value(value: T) {
    this.#resource?.write();
    this.#value = value;
  }
}
