import { LineCounter, isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** The table breaks a rule; the message names file, line and remedy. */
export class TableError extends Error {
  override readonly name = 'TableError';
}

/** A value of the YAML file that knows where it stands, so that every complaint can name file and line. */
export class TableNode {
  readonly path: string;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #node: unknown;

  private constructor(file: string, lines: LineCounter, node: unknown, path: string) {
    this.path = path;
    this.#file = file;
    this.#lines = lines;
    this.#node = node;
  }

  static parse(text: string, file: string): TableNode {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines });
    const problem = document.errors[0];
    if (problem !== undefined) throw new TableError(`${file}: ${problem.message}`);
    return new TableNode(file, lines, document.contents, '');
  }

  fail(rule: string): never {
    const offset = (this.#node as { range?: [number, number, number] } | null)?.range?.[0];
    const line = offset === undefined ? '' : `:${this.#lines.linePos(offset).line}`;
    throw new TableError(`${this.#file}${line}: ${this.path === '' ? 'the table' : this.path} ${rule}`);
  }

  /** The entries of a map; refuses keys that are not in `known`, if given. */
  entries(known?: readonly string[]): [string, TableNode][] {
    if (!isMap(this.#node)) this.fail('must be a map');
    return this.#node.items.map((pair): [string, TableNode] => {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      const child = new TableNode(this.#file, this.#lines, pair.value, this.#join(key));
      if (known !== undefined && !known.includes(key)) {
        child.fail(`is not a known key; there are: ${known.join(', ')}`);
      }
      return [key, child];
    });
  }

  get(key: string): TableNode | undefined {
    return this.entries().find(([name]) => name === key)?.[1];
  }

  need(key: string): TableNode {
    return this.get(key) ?? this.fail(`needs a key '${key}'`);
  }

  items(): TableNode[] {
    if (!isSeq(this.#node)) this.fail('must be a list');
    return this.#node.items.map(
      (item, index) => new TableNode(this.#file, this.#lines, item, `${this.path}[${index}]`),
    );
  }

  /** The same value under a name that says more than its position. */
  called(path: string): TableNode {
    return new TableNode(this.#file, this.#lines, this.#node, path);
  }

  string(): string {
    const value = this.#scalar();
    return typeof value === 'string' ? value : this.fail(`must be a text, not ${String(value)}`);
  }

  boolean(): boolean {
    const value = this.#scalar();
    return typeof value === 'boolean' ? value : this.fail(`must be true or false, not ${String(value)}`);
  }

  integer(min: number, max: number): number {
    const value = this.#scalar();
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
      return value;
    return this.fail(`must be an integer in ${min} … ${max}, not ${String(value)}`);
  }

  /** A text that fits `pattern`; `what` says in words what that is. */
  name(pattern: RegExp, what: string): string {
    const text = this.string();
    return pattern.test(text) ? text : this.fail(`must be ${what}, not '${text}'`);
  }

  #scalar(): unknown {
    return isScalar(this.#node) ? this.#node.value : this.fail('must be a single value');
  }

  #join(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}
