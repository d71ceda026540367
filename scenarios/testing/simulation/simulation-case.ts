import type { Verdict } from '../../../sim/index.ts';

/** One run of a person's program, such that nothing in it is left to chance. */
export interface SimulationCase {
  readonly seed: number;
  /** Index at each tie of what is next; first in, first out after the last. */
  readonly choices: readonly number[];
  /** Which of the faults in the options act. */
  readonly faults: readonly number[];
  /** What happens to packets, instead of what monitors and loss say; absent: what they say. */
  readonly packets?: readonly SpoiledPacket[];
}

export interface SpoiledPacket {
  /** From 1, in the order in which packets are shown to monitors. */
  readonly number: number;
  readonly verdict: Exclude<Verdict, 'pass'>;
  /** From whom to whom: a packet that has the number and goes elsewhere is left alone. Absent: any. */
  readonly route?: string;
}

/** One line for an environment variable: `4f2a91c0 seed=7 choices=0,0,1 faults=0 packets=17:drop,45:delay-500`. */
export function formatCase(test: string, { seed, choices, faults, packets }: SimulationCase): string {
  const spoiled = packets?.map(({ number, verdict }) => {
    return `${number}:${typeof verdict === 'string' ? verdict : `delay-${verdict.delayNs}`}`;
  });
  const lists = { choices, faults, packets: spoiled };
  const words = Object.entries(lists).flatMap(([name, list]) =>
    list === undefined ? [] : `${name}=${list.join()}`,
  );
  return [test, `seed=${seed}`, ...words].join(' ');
}

/** A case, and the test that it is of. Throws if the text is none. */
export function parseCase(text: string): { test: string; one: SimulationCase } {
  const match = /^(\w+) seed=(\d+) choices=([\d,]*) faults=([\d,]*)(?: packets=([\w:,-]*))?$/.exec(
    text.trim(),
  );
  if (match === null) {
    throw new Error(`${JSON.stringify(text)} is no case to replay; copy that of a failed test, to its end`);
  }
  const [, test = '', seed, choices = '', faults = '', packets] = match;
  const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));
  const spoiled = packets?.split(',').filter(Boolean).map(parsePacket);
  const one = { seed: Number(seed), choices: numbers(choices), faults: numbers(faults) };
  return { test, one: spoiled === undefined ? one : { ...one, packets: spoiled } };
}

function parsePacket(text: string): SpoiledPacket {
  const [number, what = ''] = text.split(':');
  const [, delayNs] = /^delay-(\d+)$/.exec(what) ?? [];
  const verdict = delayNs === undefined ? what : { delayNs: Number(delayNs) };
  return { number: Number(number), verdict: verdict as SpoiledPacket['verdict'] };
}

/** Holds the case that is to be run alone. */
export const REPLAY_VARIABLE = 'DCQUIC_REPLAY';

/** A test as it is called in a case. */
export function keyOf(test: string): string {
  let hash = 0x811c9dc5;
  for (const char of test) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
