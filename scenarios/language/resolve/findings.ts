import { type Parsed, type Path, type Problem, formatPath } from '../problem.ts';
import type { ScenarioDocument } from '../document.ts';

/** Collects what is wrong, and knows where in the file it stands. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly #document: ScenarioDocument;

  constructor(document: ScenarioDocument) {
    this.#document = document;
  }

  /** Something wrong at `path`; `part`: whether at the key itself or at what it holds. */
  add(path: Path, message: string, remedy: string, part: 'key' | 'value' = 'value'): void {
    this.problems.push({ ...this.#document.locate(path, part), path: formatPath(path), message, remedy });
  }

  /** Unwraps what a reader returned, or takes note of what it found wrong. */
  take<T>(path: Path, parsed: Parsed<T>): T | undefined {
    if (parsed.ok) return parsed.value;
    this.add(path, parsed.message, parsed.remedy);
    return undefined;
  }
}
