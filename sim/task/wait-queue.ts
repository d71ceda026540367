import type { Wait } from './wait.ts';

/** Waits in the order in which they began, each removable in O(1). */
export class WaitQueue {
  length = 0;
  #head: Wait | undefined;
  #tail: Wait | undefined;

  get first(): Wait | undefined {
    return this.#head;
  }

  push(wait: Wait): void {
    wait.queue = this;
    wait.previous = this.#tail;
    if (this.#tail === undefined) this.#head = wait;
    else this.#tail.next = wait;
    this.#tail = wait;
    this.length++;
  }

  shift(): Wait | undefined {
    const wait = this.#head;
    if (wait !== undefined) this.remove(wait);
    return wait;
  }

  remove(wait: Wait): void {
    if (wait.previous === undefined) this.#head = wait.next;
    else wait.previous.next = wait.next;
    if (wait.next === undefined) this.#tail = wait.previous;
    else wait.next.previous = wait.previous;
    wait.queue = undefined;
    wait.previous = undefined;
    wait.next = undefined;
    this.length--;
  }
}
