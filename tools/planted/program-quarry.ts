import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RandomChooser, Rng, simulate } from '../../sim/index.ts';
import type { Sim, SimulateOptions } from '../../sim/index.ts';
import { fewest } from './fewest.ts';
import type { Quarry, Shrunk } from './quarry.ts';
import type { Failure } from './verdict.ts';

/** An example program: what it exports. */
export interface Program {
  /** Of its packets or clocks, what goes wrong; each event is one fault. */
  faults?: (rng: Rng) => readonly unknown[];
  /** Throws if the program did something wrong. */
  program: (sim: Sim, faults: readonly unknown[]) => Promise<void>;
  /** How many hosts take part. */
  hosts: number;
}

/** One case: the random numbers of a seed, what goes wrong, and which steps are taken out of their order. */
export interface ProgramCase {
  seed: number;
  faults: readonly unknown[];
  /** Undefined: at random, by the seed. */
  choices: readonly number[] | undefined;
}

/** Steps taken out of their order, as (place, choice). */
type Turn = readonly [index: number, choice: number];

/** No program takes longer; one that polls for something that never comes is not run for an hour. */
const UNTIL_NS = 100_000_000;

/** Hunts bugs of an example program over `dcquic/sim`: random faults, and a random order of its steps. */
export class ProgramQuarry implements Quarry<ProgramCase> {
  readonly #programs: { planted: Program; sound: Program };
  #choices: readonly number[] = [];

  private constructor(planted: Program, sound: Program) {
    this.#programs = { planted, sound };
  }

  /** @param planted folder of the copy with the bug. */
  static async load(root: string, planted: string, file: string): Promise<ProgramQuarry> {
    const [faulty, sound] = await Promise.all([planted, root].map((folder) => imported(join(folder, file))));
    return new ProgramQuarry(faulty as Program, sound as Program);
  }

  caseOf(seed: number): ProgramCase {
    const faults = this.#programs.sound.faults?.(new Rng(seed).fork('faults')) ?? [];
    return { seed, faults, choices: undefined };
  }

  async failure(
    { seed, faults, choices }: ProgramCase,
    how: 'planted' | 'sound',
  ): Promise<Failure | undefined> {
    const options: SimulateOptions =
      choices === undefined
        ? { seed, untilNs: UNTIL_NS, chooser: new RandomChooser(seed) }
        : { seed, untilNs: UNTIL_NS, choices };
    try {
      const { choices: made } = await simulate(options, (sim) => this.#programs[how].program(sim, faults));
      this.#choices = made;
      return undefined;
    } catch (error) {
      const { name, message, simulation } = error as Error & { simulation?: { choices: readonly number[] } };
      this.#choices = simulation?.choices ?? [];
      // A choice that does not exist in this order of steps says nothing about the program.
      if ((error as { code?: string }).code === 'diverged') return undefined;
      return { checker: name === 'StallError' ? 'stall' : 'assertion', message };
    }
  }

  async shrink(found: ProgramCase, fails: (input: ProgramCase) => Promise<boolean>): Promise<Shrunk> {
    const { seed } = found;
    const faults = await fewest(found.faults, (list) => fails({ ...found, faults: list }));
    await this.failure({ ...found, faults }, 'planted');
    const turns = this.#choices.flatMap((choice, i): Turn[] => (choice === 0 ? [] : [[i, choice]]));
    const least = await fewest(turns, (list) => fails({ seed, faults, choices: choicesOf(list) }));
    const text = JSON.stringify({ seed, faults, choices: choicesOf(least) });
    return { events: faults.length + least.length, hosts: this.#programs.planted.hosts, text };
  }
}

function choicesOf(turns: readonly Turn[]): number[] {
  const choices: number[] = new Array<number>((turns.at(-1)?.[0] ?? -1) + 1).fill(0);
  for (const [index, choice] of turns) choices[index] = choice;
  return choices;
}

function imported(path: string): Promise<unknown> {
  return import(pathToFileURL(path).href);
}
