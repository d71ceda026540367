import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PlantedBug } from './bug.ts';
import type { Hunt, HuntLimits } from './hunt.ts';

/** What decides how a hunt ends, beside the bug and its limits. */
const CODE = ['spec', 'protocol', 'sim', 'transports', 'scenarios', join('tools', 'planted')];

interface Line {
  key: string;
  hunt: Hunt;
}

/**
 * Outcomes of hunts, a line of JSON each, written as they come: a table that was interrupted goes on where it was. What other code or
 * other limits came to does not count.
 */
export class Journal {
  readonly #path: string | undefined;
  readonly #code: string;
  readonly #limits: HuntLimits;
  readonly #known: Map<string, Hunt> = new Map<string, Hunt>();

  /** @param path undefined: nothing is kept. */
  constructor(root: string, limits: HuntLimits, path: string | undefined) {
    this.#path = path;
    this.#limits = limits;
    this.#code = path === undefined ? '' : digestOf(root);
    if (path === undefined) return;
    mkdirSync(dirname(path), { recursive: true });
    for (const text of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
      const line = parsed(text);
      if (line !== undefined) this.#known.set(line.key, line.hunt);
    }
  }

  /** The outcome of an earlier hunt of the same bug. */
  outcome(bug: PlantedBug): Hunt | undefined {
    return this.#known.get(this.#keyOf(bug));
  }

  add(hunt: Hunt): void {
    if (this.#path === undefined) return;
    const line: Line = { key: this.#keyOf(hunt.bug), hunt };
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`);
  }

  #keyOf(bug: PlantedBug): string {
    const text = JSON.stringify([this.#code, this.#limits, bug]);
    return createHash('sha256').update(text).digest('hex');
  }
}

/** Undefined for the last line of a table that was killed in the middle of it. */
function parsed(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}

function digestOf(root: string): string {
  const hash = createHash('sha256');
  const add = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) add(path);
      else if (entry.name.endsWith('.js')) hash.update(path.slice(root.length)).update(readFileSync(path));
    }
  };
  for (const name of CODE) {
    const built = join(root, 'dist', name);
    if (existsSync(built)) add(built);
  }
  return hash.digest('hex');
}
