import type { Task } from './task.ts';

/** The tasks that have not ended, in the order in which they were spawned. */
export class TaskList implements Iterable<Task> {
  length = 0;
  /** Tasks that were ever in it. */
  added = 0;
  #head: Task | undefined;
  #tail: Task | undefined;

  add(task: Task): void {
    task.previousTask = this.#tail;
    if (this.#tail === undefined) this.#head = task;
    else this.#tail.nextTask = task;
    this.#tail = task;
    this.length++;
    task.serial = ++this.added;
  }

  remove(task: Task): void {
    if (task.previousTask === undefined) this.#head = task.nextTask;
    else task.previousTask.nextTask = task.nextTask;
    if (task.nextTask === undefined) this.#tail = task.previousTask;
    else task.nextTask.previousTask = task.previousTask;
    task.previousTask = undefined;
    task.nextTask = undefined;
    this.length--;
  }

  /** The task at hand may be removed meanwhile. */
  *[Symbol.iterator](): Iterator<Task> {
    let task = this.#head;
    while (task !== undefined) {
      const next: Task | undefined = task.nextTask;
      yield task;
      task = next;
    }
  }
}
