import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CommandError, systemReason } from '../command-error.ts';

/** Content by name. */
export type OutputFiles = Readonly<Record<string, string>>;

/**
 * A folder for the files of one run. Each file appears whole or not at all: it is written beside its place and moved
 * there, so that a reader, a second run, or a full disk never leaves half a file under a good name.
 */
export class OutputFolder {
  readonly path: string;

  /** Makes the folder, and tries to write there, so that a long run does not end in a refusal. Throws CommandError. */
  constructor(path: string) {
    this.path = path;
    this.#attempt(() => {
      makeFolder(resolve(path));
      rmSync(this.#workshop(), { recursive: true });
    });
  }

  /** Throws CommandError. */
  write(files: OutputFiles): void {
    this.#attempt(() => {
      const workshop = this.#workshop();
      try {
        for (const [name, content] of Object.entries(files)) {
          writeFileSync(join(workshop, name), content);
        }
        for (const name of Object.keys(files)) renameSync(join(workshop, name), this.file(name));
      } finally {
        rmSync(workshop, { recursive: true, force: true });
      }
    });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  #workshop(): string {
    return mkdtempSync(join(this.path, '.writing-'));
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw new CommandError(`cannot write to ${this.path}: ${systemReason(error)}`, 1, { cause: error });
    }
  }
}

/** As `mkdir -p`. The recursive option of Node's own never comes back from a file system such as /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another command may have made it in the meantime.
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && statSync(path).isDirectory();
    if (!isThere) throw error;
  }
}
