import { Scalar, YAMLMap, YAMLSeq, isMap, isScalar, isSeq } from 'yaml';
import { type Position, type ScenarioDocument, findPair } from './document.ts';
import { type Path, type Problem, describe, formatPath, quote } from './problem.ts';
import { readTree } from './tree.ts';

/** A value that replaces what the file says, given as an option. */
export interface Override {
  /** The option as the user wrote it, for problems: `--set topology.hosts=4`. */
  option: string;
  /** `path=value`: the path as in problems (`workload[0].load`), the value in YAML. */
  assignment: string;
}

const PATH = /^[A-Za-z_][\w-]*(\[\d{1,6}\]|\.[A-Za-z_][\w-]*)*$/;
const PATH_REMEDY = 'write path=value, for example workload[0].load=0.6 or topology.hosts=16';

type Outcome = { message: string; remedy: string } | undefined;

/** Applies `--set` to a document, before it is validated. Maps on the way that are absent are created. */
export function applyOverride(document: ScenarioDocument, override: Override): Problem | undefined {
  const { option, assignment } = override;
  const equals = assignment.indexOf('=');
  const pathText = equals < 0 ? assignment : assignment.slice(0, equals);
  const position: Position = {
    file: option,
    line: 1,
    column: option.length - assignment.length + equals + 2,
  };
  const problem = (path: string, outcome: { message: string; remedy: string }): Problem => {
    return { ...position, path, message: outcome.message, remedy: outcome.remedy };
  };
  if (equals < 0) return problem('', { message: `${quote(assignment)} has no "="`, remedy: PATH_REMEDY });
  if (!PATH.test(pathText))
    return problem('', { message: `${quote(pathText)} is not a path`, remedy: PATH_REMEDY });
  const parsed = parseValue(assignment.slice(equals + 1));
  if (!parsed.ok) return problem(pathText, parsed);
  const outcome = new Assignment(document, position).run(splitPath(pathText), parsed.node);
  return outcome === undefined ? undefined : problem(pathText, outcome);
}

function splitPath(text: string): (string | number)[] {
  return [...text.matchAll(/\[(\d+)\]|([A-Za-z_][\w-]*)/g)].map((match) => match[2] ?? Number(match[1]));
}

type ParsedValue = { ok: true; node: unknown } | { ok: false; message: string; remedy: string };

function parseValue(text: string): ParsedValue {
  // An empty value is null, as in YAML.
  if (text.trim() === '') return { ok: true, node: new Scalar(null) };
  const tree = readTree(text);
  if (tree.ok) return { ok: true, node: tree.yaml.contents ?? new Scalar(null) };
  const { message, remedy } = tree.hazards[0]!;
  return { ok: false, message, remedy };
}

/** Walks to the place that is named and puts the node there. */
class Assignment {
  readonly #document: ScenarioDocument;
  readonly #origin: Position;

  constructor(document: ScenarioDocument, origin: Position) {
    this.#document = document;
    this.#origin = origin;
  }

  run(path: Path, value: unknown): Outcome {
    const { yaml } = this.#document;
    if (isEmpty(yaml.contents)) yaml.contents = this.#own(new YAMLMap()) as typeof yaml.contents;
    let node: unknown = yaml.contents;
    for (const [depth, segment] of path.entries()) {
      const isLast = depth === path.length - 1;
      const child = isLast ? value : emptyFor(path[depth + 1]!);
      const here = formatPath(path.slice(0, depth));
      const step = typeof segment === 'number' ? this.#index(node, segment, child, isLast, here) : undefined;
      const result = step ?? this.#key(node, String(segment), child, isLast, here);
      if ('message' in result) return result;
      node = result.node;
    }
    return undefined;
  }

  #index(node: unknown, index: number, child: unknown, isLast: boolean, here: string): Step {
    if (!isSeq(node)) return wrongContainer(node, here, 'a list');
    const { length } = node.items;
    if (index > length) {
      return {
        message: `${here}[${index}] does not exist: ${here} has ${length} ${length === 1 ? 'entry' : 'entries'}`,
        remedy: `use an index 0..${length}; ${length} adds an entry`,
      };
    }
    if (isLast || index === length || isEmpty(node.items[index])) node.items[index] = this.#own(child);
    return { node: node.items[index] };
  }

  #key(node: unknown, key: string, child: unknown, isLast: boolean, here: string): Step {
    if (!isMap(node)) return wrongContainer(node, here, 'a map');
    const pair = findPair(node.items, key);
    if (pair === undefined) {
      node.items.push(this.#document.yaml.createPair(key, this.#own(child)));
      return { node: child };
    }
    if (isLast || isEmpty(pair.value)) pair.value = this.#own(child);
    return { node: pair.value };
  }

  #own(node: unknown): unknown {
    this.#document.setOrigin(node, this.#origin);
    return node;
  }
}

type Step = { node: unknown } | { message: string; remedy: string };

function wrongContainer(node: unknown, here: string, wanted: string): Step {
  const found = isMap(node) ? 'a map' : isSeq(node) ? 'a list' : describe(isScalar(node) ? node.value : node);
  return {
    message: `${here === '' ? 'the scenario' : here} is ${found}, not ${wanted}`,
    remedy: PATH_REMEDY,
  };
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function emptyFor(next: string | number): unknown {
  return typeof next === 'number' ? new YAMLSeq() : new YAMLMap();
}
