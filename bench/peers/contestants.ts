import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../scenarios/distributions/package-root.ts';
import type { CaseName } from './cases.ts';
import { ONE_CORE, VARIANTS } from './node/variants.ts';
import type { Program } from './peer-process.ts';
import { CERT_FILE, KEY_FILE } from './settings.ts';

const execute = promisify(execFile);
/** Where nothing is cached. */
const BUILD_MS_MAX = 1_800_000;
const INSTALL_MS_MAX = 300_000;

export interface Contestant {
  readonly name: string;
  readonly cases: readonly CaseName[];
  server(caseArguments: readonly string[]): Program;
  client(address: string, caseArguments: readonly string[]): Program;
}

/** What can be measured here, and a sentence about each that cannot. */
export interface Contestants {
  readonly present: readonly Contestant[];
  readonly missing: readonly string[];
}

const ALL: readonly CaseName[] = ['latency', 'rate', 'bulk'];
const UNARY: readonly CaseName[] = ['latency', 'rate'];
const NODE: readonly [name: string, cases: readonly CaseName[]][] = [
  ['dcquic', ALL],
  ['node:http2', ALL],
  ['node:tls', ALL],
  ['node:net', ALL],
  ['node:dgram', ['latency']],
];
const RUST: readonly [name: string, cases: readonly CaseName[]][] = [
  ['quinn', ALL],
  ['s2n-quic', ALL],
  ['tonic', UNARY],
];
const GRPC_JS = 'grpc-js';
/** The plain limit of the kernel, and dcquic with something missing; only where they are asked for. */
export const FALLBACKS: readonly string[] = ['GSO', ...Object.keys(VARIANTS)];
const FALLBACK_CASES = (name: string): readonly CaseName[] => (name === 'GSO' ? ['bulk'] : ALL);

/** All whose name is asked for; of an empty list all. Installs and builds what is not there. */
export async function contestants(names: readonly string[]): Promise<Contestants> {
  const isAsked = (name: string): boolean => names.length === 0 || names.includes(name);
  const present: Contestant[] = NODE.filter(([name]) => isAsked(name)).map(([name, cases]) =>
    nodeContestant(name, cases),
  );
  const missing: string[] = [];
  if (isAsked(GRPC_JS)) {
    const folder = await installedGrpcJs();
    if (folder === undefined) missing.push('grpc-js was not measured: npm could not install it.');
    else present.splice(2, 0, nodeContestant(GRPC_JS, UNARY, folder));
  }
  for (const name of FALLBACKS.filter((one) => names.includes(one)))
    present.push(nodeContestant(name, FALLBACK_CASES(name)));
  const rust = RUST.filter(([name]) => isAsked(name));
  if (rust.length > 0) {
    const program = await rustProgram();
    if (program.file === undefined) missing.push(`${rust.map(([name]) => name).join(', ')}: ${program.why}`);
    else for (const [name, cases] of rust) present.push(rustContestant(name, cases, program.file));
  }
  return { present, missing };
}

/** What is unknown, of names that somebody asked for. */
export function unknownNames(names: readonly string[]): string[] {
  return names.filter(
    (name) =>
      name !== GRPC_JS && !FALLBACKS.includes(name) && ![...NODE, ...RUST].some(([known]) => known === name),
  );
}

function nodeContestant(name: string, cases: readonly CaseName[], folder = ''): Contestant {
  const main = join(packageRoot(), 'dist', 'bench', 'main.js');
  const program = (...args: string[]): Program =>
    name === ONE_CORE
      ? { command: 'taskset', args: ['-c', '0', process.execPath, main, ...args] }
      : { command: process.execPath, args: [main, ...args] };
  return {
    name,
    cases,
    server: (caseArguments) => program('peers-server', name, folder, ...caseArguments),
    client: (address, caseArguments) => program('peers-client', name, address, folder, ...caseArguments),
  };
}

function rustContestant(name: string, cases: readonly CaseName[], command: string): Contestant {
  return {
    name,
    cases,
    server: () => ({ command, args: ['serve', name, CERT_FILE, KEY_FILE] }),
    client: (address, caseArguments) => ({
      command,
      args: ['call', name, address, CERT_FILE, ...caseArguments],
    }),
  };
}

/** Below `out/`, so that the project's own packages stay without it. */
async function installedGrpcJs(): Promise<string | undefined> {
  const folder = join(packageRoot(), 'out', 'bench-grpc-js');
  if (existsSync(join(folder, 'node_modules', '@grpc', 'grpc-js'))) return folder;
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    cpSync(join(packageRoot(), 'bench', 'peers', 'grpc-js', file), join(folder, file));
  try {
    const quietly = ['--no-audit', '--no-fund', '--ignore-scripts'];
    await execute('npm', ['ci', ...quietly], { cwd: folder, timeout: INSTALL_MS_MAX });
    return folder;
  } catch {
    return undefined;
  }
}

async function rustProgram(cargo = 'cargo'): Promise<{ file: string } | { file?: never; why: string }> {
  try {
    await execute(cargo, ['--version']);
  } catch {
    return { why: 'not measured, there is no cargo (https://rustup.rs).' };
  }
  const manifest = join(packageRoot(), 'bench', 'peers', 'rust', 'Cargo.toml');
  const target = join(packageRoot(), 'out', 'bench-rust-peers');
  const build = ['build', '--release', '--quiet', '--locked', '--manifest-path', manifest];
  try {
    await execute(cargo, [...build, '--target-dir', target], { timeout: BUILD_MS_MAX });
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? '').trim().split('\n')[0] ?? '';
    return { why: `not measured, cargo could not build them (${said === '' ? 'no message' : said}).` };
  }
  return { file: join(target, 'release', 'rust-peers') };
}
