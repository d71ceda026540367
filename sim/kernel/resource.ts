import type { StepWatcher, Touchable } from './choice.ts';

/** Something that tasks share, as an explorer sees it. Exists only while one watches: `resource?.write()` costs nothing else. */
export class Resource implements Touchable {
  readonly id: number | string;
  readonly label: string;
  readonly #watcher: StepWatcher;

  constructor(watcher: StepWatcher, id: number | string, label: string) {
    this.#watcher = watcher;
    this.id = id;
    this.label = label;
  }

  /** The present step depends on its state. */
  read(): void {
    this.#watcher.touch(this, false);
  }

  /** The present step changes its state. */
  write(): void {
    this.#watcher.touch(this, true);
  }
}
