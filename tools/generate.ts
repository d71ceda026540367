import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EVENT_FOLDER, EVENT_TABLE, eventFiles } from './events/files.ts';
import { STATE_PAGE, statePage } from './states/state-page.ts';
import { TableError } from './wire/node.ts';
import { GENERATED_FOLDER, wireFiles } from './wire/files.ts';

/**
 * `npm run generate` writes everything that is made from spec/wire.yaml, spec/events.yaml and tables of states; with `-- --check` it writes nothing and
 * exits with 1 if a file differs.
 */
function main(args: readonly string[]): number {
  const unknown = args.find((arg) => arg !== '--check');
  if (unknown !== undefined) {
    console.error(`generate: unknown argument '${unknown}'; there is only --check`);
    return 1;
  }
  const root = projectRoot();
  const stale = staleFiles(root);
  if (args.includes('--check')) {
    for (const path of stale.keys())
      console.error(`${path} is not what its table says; run npm run generate`);
    return stale.size === 0 ? 0 : 1;
  }
  for (const [path, text] of stale) {
    console.log(`${text === undefined ? 'removed' : 'written'}: ${path}`);
    if (text === undefined) rmSync(join(root, path));
    else write(join(root, path), text);
  }
  return 0;
}

/** Path → text it should have, undefined if it should not be there; only where that differs from what is there. */
export function staleFiles(root: string): Map<string, string | undefined> {
  const stale = new Map<string, string | undefined>();
  const files = wireFiles(readFileSync(join(root, 'spec/wire.yaml'), 'utf8'), 'spec/wire.yaml');
  for (const [path, text] of eventFiles(readFileSync(join(root, EVENT_TABLE), 'utf8'), EVENT_TABLE))
    files.set(path, text);
  files.set(STATE_PAGE, statePage());
  for (const [path, text] of files) if (read(join(root, path)) !== text) stale.set(path, text);
  for (const folder of [GENERATED_FOLDER, EVENT_FOLDER]) {
    for (const name of existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []) {
      if (!files.has(`${folder}/${name}`)) stale.set(`${folder}/${name}`, undefined);
    }
  }
  return stale;
}

/** The nearest folder upwards with a package.json: this file runs from tools/ and from dist/tools/. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
