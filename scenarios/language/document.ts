import { type Document, type LineCounter, type Pair, isMap, isScalar, isSeq } from 'yaml';
import { unmaskSelectors } from './mask.ts';
import { type Path, type Problem, formatPath } from './problem.ts';
import { readTree } from './tree.ts';

/** A place that a problem can name. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

type Read = { ok: true; document: ScenarioDocument } | { ok: false; problems: Problem[] };

/** Reads YAML into a tree that remembers where everything stands. */
export function readDocument(text: string, file: string): Read {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const tree = readTree(body);
  if (tree.ok) return { ok: true, document: new ScenarioDocument(tree.yaml, tree.counter, file) };
  const problems = tree.hazards.map(({ offset, path, message, remedy }) => {
    return { file, ...lineAndColumn(body, offset), path: formatPath(path), message, remedy };
  });
  return { ok: false, problems };
}

/** A scenario as a YAML tree, before anything is known about its meaning. */
export class ScenarioDocument {
  readonly yaml: Document;
  readonly #counter: LineCounter;
  readonly #file: string;
  /** Nodes that `--set` put into the tree, with the option they came from. */
  readonly #origins: Map<unknown, Position> = new Map();

  constructor(yaml: Document, counter: LineCounter, file: string) {
    this.yaml = yaml;
    this.#counter = counter;
    this.#file = file;
  }

  /** Says that `node` came from an option and not from the file. */
  setOrigin(node: unknown, origin: Position): void {
    this.#origins.set(node, origin);
  }

  /** The tree as maps, lists, texts and numbers. */
  toValue(): unknown {
    return plain(this.yaml.contents);
  }

  /** The tree as YAML text, with the comments of the file. */
  toText(): string {
    return unmaskSelectors(this.yaml.toString({ lineWidth: 0 }));
  }

  /** Where the value at `path` stands, or, if there is none, the nearest thing around it. */
  locate(path: Path, part: 'key' | 'value' = 'value'): Position {
    let node: unknown = this.yaml.contents;
    let offset = offsetOf(node) ?? 0;
    let origin = this.#origins.get(node);
    for (const [depth, segment] of path.entries()) {
      let next: unknown;
      if (isSeq(node)) next = node.items[Number(segment)];
      const pair = isMap(node) ? findPair(node.items, String(segment)) : undefined;
      if (pair !== undefined) {
        const wantsKey = part === 'key' && depth === path.length - 1;
        next = wantsKey || pair.value === null ? pair.key : pair.value;
        origin = this.#origins.get(pair.value) ?? origin;
      }
      if (next === undefined) break;
      node = next;
      origin = this.#origins.get(node) ?? origin;
      offset = offsetOf(node) ?? offset;
    }
    if (origin !== undefined) return origin;
    const { line, col } = this.#counter.linePos(offset);
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** The pair of a map under a key, compared as text as everywhere in the language. */
export function findPair(pairs: readonly Pair[], key: string): Pair | undefined {
  return pairs.find((pair) => isScalar(pair.key) && unmaskSelectors(String(pair.key.value)) === key);
}

function offsetOf(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0];
}

function plain(node: unknown): unknown {
  if (isMap(node)) {
    const entries = node.items.map((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      return [unmaskSelectors(key), plain(pair.value)];
    });
    return Object.fromEntries(entries);
  }
  if (isSeq(node)) return node.items.map(plain);
  const value = isScalar(node) ? node.value : null;
  return typeof value === 'string' ? unmaskSelectors(value) : value;
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}
