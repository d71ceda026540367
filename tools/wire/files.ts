import { classFileName, classFileSource } from './class-source.ts';
import { errorsSource, indexSource, typesSource } from './index-source.ts';
import { errorPage } from './error-page.ts';
import { luaDissector } from './lua-dissector.ts';
import { readTable } from './read-table.ts';
import { wirePage } from './wire-page.ts';

export const GENERATED_FOLDER = 'protocol/wire/generated';

/** Everything that is made from the wire table: path → text. */
export function wireFiles(yaml: string, file: string): Map<string, string> {
  const table = readTable(yaml, file);
  const files = new Map<string, string>();
  for (const message of [...table.packets, ...table.frames]) {
    files.set(`${GENERATED_FOLDER}/${classFileName(message)}`, classFileSource(message, table.version));
  }
  files.set(`${GENERATED_FOLDER}/errors.ts`, errorsSource(table));
  files.set(`${GENERATED_FOLDER}/index.ts`, indexSource(table));
  files.set(`${GENERATED_FOLDER}/types.ts`, typesSource(table));
  files.set('spec/wire.md', wirePage(table));
  files.set('spec/error-codes.md', errorPage(table));
  files.set('spec/dcquic.lua', luaDissector(table));
  return files;
}
