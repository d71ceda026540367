import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Capsule } from '../../scenarios/run/index.ts';
import type { CapsuleStore } from '../../scenarios/sweep/index.ts';
import { OutputFolder } from '../run/output-folder.ts';
import { CAPSULE_FILE } from '../run/saved-run.ts';

/** A folder for each failing seed. Throws CommandError. */
export class CapsuleFolders implements CapsuleStore {
  readonly #prefix: string;
  readonly #commandOf: (seed: number) => string;

  /**
   * @param prefix of the folders; the seed follows
   * @param commandOf the line that repeats the run of a seed
   */
  constructor(prefix: string, commandOf: (seed: number) => string) {
    this.#prefix = prefix;
    this.#commandOf = commandOf;
  }

  write(seed: number, capsule: Capsule): void {
    const whole = { ...capsule, command: this.#commandOf(seed) };
    new OutputFolder(this.#folder(seed)).write({ [CAPSULE_FILE]: `${JSON.stringify(whole)}\n` });
  }

  remove(seed: number): void {
    const folder = this.#folder(seed);
    rmSync(join(folder, CAPSULE_FILE), { force: true });
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }

  /** Where the capsule of a seed lies. */
  file(seed: number): string | undefined {
    const file = join(this.#folder(seed), CAPSULE_FILE);
    return existsSync(file) ? file : undefined;
  }

  #folder(seed: number): string {
    return `${this.#prefix}${seed}`;
  }
}

/** Beside the journal, or where `dcquic run` leaves them. */
export function capsulePrefix(out: string | undefined, scenario: string): string {
  return out === undefined ? join('out', `${scenario}-seed`) : join(out, 'seed');
}
