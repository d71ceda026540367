import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BenchName } from './cases.ts';

const execute = promisify(execFile);
/** Building takes minutes where nothing is cached. */
const BUILD_MS_MAX = 900_000;
const RUN_MS_MAX = 120_000;

/** One bench of the original; the least time of its runs. */
export interface RustFigures {
  readonly bench: BenchName;
  readonly items: number;
  readonly wallNs: number;
  /** Of the thread on a processor; null where the system does not say. */
  readonly threadNs: number | null;
}

/** Runs all benches once. Rejects if the program fails. */
export type RustPeer = (scale: number) => Promise<RustFigures[]>;

/** Builds bench/peers/bach with cargo; a sentence if that cannot be done. */
export async function rustPeer(cargo = 'cargo'): Promise<RustPeer | string> {
  const root = projectRoot();
  const manifest = join(root, 'bench', 'peers', 'bach', 'Cargo.toml');
  const target = join(root, 'out', 'bench-bach');
  const build = [
    'build',
    '--release',
    '--quiet',
    '--locked',
    '--manifest-path',
    manifest,
    '--target-dir',
    target,
  ];
  try {
    await execute(cargo, ['--version']);
  } catch {
    return 'Bach itself was not measured: there is no cargo (https://rustup.rs).';
  }
  try {
    await execute(cargo, build, { timeout: BUILD_MS_MAX });
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? '').trim().split('\n')[0] ?? '';
    return `Bach itself was not measured: cargo could not build it (${said === '' ? 'no message' : said}).`;
  }
  const program = join(target, 'release', 'bach-peer');
  return async (scale) => {
    const { stdout } = await execute(program, ['1', String(scale)], { timeout: RUN_MS_MAX });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RustFigures);
  };
}

/** Where package.json is: above this file as written and as built. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
