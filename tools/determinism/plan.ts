/** Which runs show that a scenario is deterministic. */

export interface Run {
  readonly seed: number;
  /** Major version of Node, or `present` for the one that runs this command. */
  readonly node: number | 'present';
  /** 1 for the first run of this seed on this Node, 2 for its repetition. */
  readonly round: number;
}

/** Every seed twice on the present Node, and the first seed once on each Node version. */
export function planRuns(seeds: readonly number[], nodes: readonly number[]): Run[] {
  const here = seeds.flatMap((seed) => [1, 2].map((round): Run => ({ seed, node: 'present', round })));
  const first = seeds[0];
  const elsewhere = first === undefined ? [] : nodes.map((node): Run => ({ seed: first, node, round: 1 }));
  return [...here, ...elsewhere];
}

/** `1..10`, `7`, `1,5,9`; undefined when it is none of these. */
export function parseSeeds(text: string): number[] | undefined {
  const range = /^(\d+)\.\.(\d+)$/.exec(text);
  if (range !== null) {
    const from = Number(range[1]);
    const to = Number(range[2]);
    return to < from ? undefined : Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }
  return /^\d+(,\d+)*$/.test(text) ? text.split(',').map(Number) : undefined;
}
