import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { TEXT_BYTES_MAX } from './hazards.ts';
import { type ParseOptions, type ParseResult, parseScenario } from './parse.ts';
import { type Parsed, accept, refuse } from './problem.ts';
import { nearest } from './suggest.ts';

export type LoadOptions = Pick<ParseOptions, 'set' | 'seed'>;

/** Reads a scenario file. Every way in which this can fail is a problem with a remedy. */
export function loadScenario(file: string, options: LoadOptions = {}): ParseResult {
  const text = readText(file);
  if (!text.ok) {
    const { message, remedy } = text;
    return { ok: false, problems: [{ file, line: 1, column: 1, path: '', message, remedy }] };
  }
  const readFile = (path: string): Parsed<string> => readText(resolve(dirname(file), path));
  return parseScenario(text.value, file, { ...options, readFile });
}

/** A text file of at most 1 MiB in UTF-8. Its size is looked at before any of it is read. */
export function readText(file: string): Parsed<string> {
  try {
    const { size, ...kind } = inspect(file);
    if (kind.isDirectory) return refuse(`${file} is a directory`, 'name a file in it');
    if (!kind.isFile) return refuse(`${file} is not a regular file`, 'name a file, not a device or a pipe');
    if (size > TEXT_BYTES_MAX) {
      const remedy = `this kind of file has at most ${TEXT_BYTES_MAX} bytes; check that it is the right one`;
      return refuse(`${file} is too large: ${size} bytes`, remedy);
    }
    return accept(new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file)));
  } catch (error) {
    return explain(file, error);
  }
}

function inspect(file: string): { size: number; isDirectory: boolean; isFile: boolean } {
  const status = statSync(file);
  return { size: status.size, isDirectory: status.isDirectory(), isFile: status.isFile() };
}

/** What a failure to read means for the user. */
function explain(file: string, error: unknown): { ok: false; message: string; remedy: string } {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refuse(`no such file: ${file}`, neighbours(file));
    case 'EACCES':
    case 'EPERM':
      return refuse(
        `no permission to read ${file}`,
        'change its permissions, or run as a user who may read it',
      );
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return refuse(`${file} is not a text file`, 'give a file in UTF-8');
    default:
      return refuse(`${file} cannot be read: ${code ?? String(error)}`, 'check the path and the file');
  }
}

/** Names what the user may have meant: files of the same kind in the same folder. */
function neighbours(file: string): string {
  try {
    const siblings = readdirSync(dirname(file)).filter(
      (name) => extname(name) === (extname(file) || '.yaml'),
    );
    const guess = nearest(basename(file), siblings);
    if (guess !== undefined) return `did you mean "${guess}"?`;
    if (siblings.length > 0) return `check the path; that folder has ${siblings.slice(0, 5).join(', ')}`;
  } catch {
    return `check the path: the folder ${dirname(file)} cannot be listed`;
  }
  return `check the path: the folder ${dirname(file)} has no such files`;
}
