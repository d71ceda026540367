import { shellCommand } from '../shell.ts';

/** What a run depends on. */
export interface RunRequest {
  file: string;
  seed: number;
  set: readonly string[];
  with: readonly string[];
  exchange: number | undefined;
}

/** The one line that gives the same run again. REQ DST-2 */
export function reproductionLine({ file, seed, set, with: modules, exchange }: RunRequest): string {
  return shellCommand([
    'dcquic',
    'run',
    file.startsWith('-') ? `./${file}` : file,
    '--seed',
    String(seed),
    ...set.flatMap((assignment) => ['--set', assignment]),
    ...modules.flatMap((path) => ['--with', path]),
    ...(exchange === undefined ? [] : ['--exchange', String(exchange)]),
  ]);
}
