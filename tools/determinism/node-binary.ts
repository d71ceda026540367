/** Node executables of other versions, from the packages that carry them on the npm registry. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface NodeBinary {
  readonly path: string;
  /** Without the leading v. */
  readonly version: string;
}

/**
 * The executable of the newest release of a major version: this one if it fits, else one installed under `cache`
 * (some 200 MB each, once). Rejects when the version cannot be had.
 */
export async function nodeBinary(major: number, cache: string): Promise<NodeBinary> {
  if (process.versions.node.startsWith(`${major}.`)) {
    return { path: process.execPath, version: process.versions.node };
  }
  const folder = join(cache, String(major));
  const name = packageName();
  const windows = process.platform === 'win32';
  const path = join(folder, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(path)) await install(folder, `${name}@${major}`);
  const { stdout } = await execute(path, ['--version']);
  return { path, version: stdout.trim().replace(/^v/, '') };
}

async function install(folder: string, what: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', what];
  const own = process.env['npm_execpath'];
  if (own !== undefined && /npm-cli\.c?js$/.test(own)) await execute(process.execPath, [own, ...args]);
  else await execute('npm', args, { shell: process.platform === 'win32' });
}

/** The registry has one package per platform; darwin-arm64 came later and got another name. */
function packageName(): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${platform === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${platform}-${process.arch}`;
}
