import { dirname, join } from 'node:path';
import { BUILT_IN_NAMES, builtInDistribution } from '../../distributions/built-in.ts';
import { parseDistribution } from '../../distributions/csv.ts';
import type { SizeDistribution } from '../../distributions/size-distribution.ts';
import type { Parsed, Path } from '../problem.ts';
import type { MessageSize } from '../scenario.ts';
import type { SizeDraft } from '../shape/workload.ts';
import type { Findings } from './findings.ts';

/** Reads a file that a scenario names, by its path as written there (relative to the scenario). */
export type ReadFile = (path: string) => Parsed<string>;

/** Finds the distributions of one scenario, each read once. */
export class SizeResolver {
  readonly #findings: Findings;
  readonly #scenarioFile: string;
  readonly #readFile: ReadFile | undefined;
  readonly #known: Map<string, SizeDistribution | undefined> = new Map();

  constructor(findings: Findings, scenarioFile: string, readFile: ReadFile | undefined) {
    this.#findings = findings;
    this.#scenarioFile = scenarioFile;
    this.#readFile = readFile;
  }

  /** The size at `path`, or undefined once its problem has been noted. */
  resolve(path: Path, draft: SizeDraft): MessageSize | undefined {
    if (draft.kind === 'fixed') return draft;
    const { source } = draft;
    if (!this.#known.has(source)) this.#known.set(source, this.#find(path, source));
    const distribution = this.#known.get(source);
    return distribution && { kind: 'distribution', source, distribution };
  }

  #find(path: Path, source: string): SizeDistribution | undefined {
    if (BUILT_IN_NAMES.includes(source)) return builtInDistribution(source);
    const file = source.slice('file:'.length);
    if (this.#readFile === undefined) {
      const remedy = `use a built-in distribution: ${BUILT_IN_NAMES.join(', ')}`;
      this.#findings.add(path, `the file ${file} cannot be read from here`, remedy);
      return undefined;
    }
    const text = this.#findings.take(path, this.#readFile(file));
    if (text === undefined) return undefined;
    const read = parseDistribution(text, join(dirname(this.#scenarioFile), file));
    if (read.ok) return read.distribution;
    this.#findings.problems.push(...read.problems);
    return undefined;
  }
}
