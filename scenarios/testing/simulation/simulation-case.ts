/** One run of a person's program, such that nothing in it is left to chance. */
export interface SimulationCase {
  readonly seed: number;
  /** Index at each tie of what is next; first in, first out after the last. */
  readonly choices: readonly number[];
  /** Which of the faults in the options act. */
  readonly faults: readonly number[];
  /** Which packets monitors and loss may spoil, by number from 1 in the order in which they are shown; absent: all. */
  readonly packets?: readonly number[];
}

/** One line for an environment variable: `4f2a91c0 seed=7 choices=0,0,1 faults=0 packets=17,45`. */
export function formatCase(test: string, { seed, choices, faults, packets }: SimulationCase): string {
  const lists = { choices, faults, packets };
  const words = Object.entries(lists).flatMap(([name, list]) =>
    list === undefined ? [] : `${name}=${list.join()}`,
  );
  return [test, `seed=${seed}`, ...words].join(' ');
}

/** Undefined if the text is of another test. Throws if it is no case at all. */
export function parseCase(test: string, text: string): SimulationCase | undefined {
  const match = /^(\w+) seed=(\d+) choices=([\d,]*) faults=([\d,]*)(?: packets=([\d,]*))?$/.exec(text.trim());
  if (match === null) {
    throw new Error(
      `${REPLAY_VARIABLE} is ${JSON.stringify(text)}; copy the line of a failed test, quotes included`,
    );
  }
  const [, of, seed, choices = '', faults = '', packets] = match;
  if (of !== test) return undefined;
  const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));
  return {
    seed: Number(seed),
    choices: numbers(choices),
    faults: numbers(faults),
    ...(packets === undefined ? {} : { packets: numbers(packets) }),
  };
}

/** Holds the case that is to be run alone. */
export const REPLAY_VARIABLE = 'DCQUIC_REPLAY';

/** Names a test by its text, so that a case is not run with another one. */
export function nameOf(program: (...args: never[]) => unknown): string {
  let hash = 0x811c9dc5;
  for (const char of String(program)) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
