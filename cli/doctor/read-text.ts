import { readFileSync } from 'node:fs';

/** A small text that the system offers as a file, trimmed; undefined where there is no such file. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
