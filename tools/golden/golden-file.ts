/** spec/golden-hashes.json: the trace hash of small runs, by `FILE@SEED`. REQ DST-1 */

export const GOLDEN_FILE: string = 'spec/golden-hashes.json';

/** By `tools/golden/faults-4.yaml@1`, in the order of the file. */
export type GoldenHashes = Readonly<Record<string, string>>;

export interface GoldenRun {
  /** Relative to the project. */
  readonly file: string;
  readonly seed: number;
}

/** Throws when the text is not an object of hashes under keys of that form. */
export function parseGolden(json: string): GoldenHashes {
  const hashes = JSON.parse(json) as GoldenHashes;
  for (const [key, hash] of Object.entries(hashes)) {
    goldenRun(key);
    if (typeof hash !== 'string') throw new Error(`${GOLDEN_FILE}: ${key} is not a string`);
  }
  return hashes;
}

export function goldenRun(key: string): GoldenRun {
  const [, file, seed] = /^(.+\.yaml)@(\d+)$/.exec(key) ?? [];
  if (file === undefined) throw new Error(`${GOLDEN_FILE}: ${key} is not of the form FILE.yaml@SEED`);
  return { file, seed: Number(seed) };
}

export function formatGolden(hashes: GoldenHashes): string {
  return `${JSON.stringify(hashes, undefined, 2)}\n`;
}

/** One line for each run whose trace is not the recorded one. */
export function goldenChanges(recorded: GoldenHashes, now: GoldenHashes): string[] {
  const changed = Object.keys(recorded).filter((key) => recorded[key] !== now[key]);
  return changed.map((key) => `${key}: recorded ${recorded[key] || 'nothing'}, now ${now[key] ?? 'nothing'}`);
}
