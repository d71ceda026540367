import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Extension } from '../../scenarios/run/index.ts';
import { CommandError } from '../command-error.ts';

/** Loads the modules of `--with`, each relative to the current folder. Throws CommandError. */
export async function loadExtensions(paths: readonly string[]): Promise<Extension[]> {
  const extensions: Extension[] = [];
  for (const path of paths) extensions.push(await loadExtension(path));
  return extensions;
}

async function loadExtension(path: string): Promise<Extension> {
  const module = await load(path);
  const extend = module['default'] ?? module['extend'];
  if (typeof extend !== 'function') {
    throw new CommandError(`--with ${path}: export a function (simulation) => void as default or as extend`);
  }
  const guarded = (simulation: Parameters<Extension['extend']>[0]): void => {
    try {
      (extend as Extension['extend'])(simulation);
    } catch (cause) {
      throw new CommandError(`--with ${path}: it threw while it was set up: ${stackOf(cause)}`, 1, { cause });
    }
  };
  return { path, extend: guarded };
}

async function load(path: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as Record<string, unknown>;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'Node cannot run it; give a .js or .mjs module'
        : stackOf(cause);
    throw new CommandError(`--with ${path}: cannot be loaded: ${reason}`, 1, { cause });
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
