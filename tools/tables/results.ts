import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES } from '../../reports/tables/all.ts';
import type { TableRecord } from '../../reports/tables/record.ts';

/** Where recorded tables are, below the project's folder. */
export const RESULTS: string = join('reports', 'tables', 'results');

/** Those there are, in the order of `TABLES`. */
export function recordedTables(root: string): TableRecord[] {
  return TABLES.flatMap(({ name }) => {
    const file = join(root, RESULTS, `${name}.json`);
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as TableRecord] : [];
  });
}
