/** One thing that is wrong with a scenario, where it stands, and what to do about it. */
export interface Problem {
  /** The file as it was named by the caller, or the option that caused it, e.g. `--set topology.hosts=1`. */
  file: string;
  /** From 1; the first line if the file could not be read. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** Where in the scenario, e.g. `workload[0].request`; empty for the file as a whole. */
  path: string;
  message: string;
  /** What the author of the file can do. */
  remedy: string;
}

/** A path through a scenario: keys of maps and indices of lists. */
export type Path = readonly (string | number)[];

/** At most so many problems are reported for one file: the rest is seldom read. */
export const PROBLEMS_MAX = 20;

/** `workload[0].request`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text;
}

/** Two lines: `file:line:column: path: message`, and the remedy, indented. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path, message, remedy } = problem;
  // An option is not a file that an editor could open at a position.
  const where = file.startsWith('--') ? file : `${file}:${line}:${column}`;
  return `${where}: ${path === '' ? '' : `${path}: `}${message}\n  fix: ${remedy}`;
}

/** What a reader of outside text returns: the value, or what is wrong and how to mend it. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; message: string; remedy: string };

export function accept<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function refuse(message: string, remedy: string): { ok: false; message: string; remedy: string } {
  return { ok: false, message, remedy };
}

/** How an unexpected value is named in a message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? quote(value) : String(value);
}

/** Text in quotes, shortened, without line breaks. */
export function quote(text: string): string {
  const short = text.length > 48 ? `${text.slice(0, 45)}...` : text;
  return JSON.stringify(short);
}
