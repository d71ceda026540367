/**
 * Installs and builds what is missing, and nothing twice. A second call costs some milliseconds: it compares the lock
 * file and a fingerprint of the sources with what the last install and build left behind.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { explain, LaunchError } from './failure.mjs';
import { withLock } from './lock.mjs';

/** The project's folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const NOT_SOURCES = new Set(['node_modules', 'dist', 'out', 'coverage', '.git']);
const at = (/** @type {string[]} */ ...parts) => join(ROOT, ...parts);
/** On stderr: stdout belongs to the command, which may print JSON. */
const say = (/** @type {string} */ text) => console.error(text);

/**
 * Makes `dist/` current. Throws a LaunchError that says what to do when that is impossible.
 *
 * @param {string[]} [outputs] files under dist/ that the caller is about to run
 */
export async function prepare(outputs = []) {
  const wanted = outputs.map((output) => at(output));
  if (installed() && built(wanted)) return;
  await withLock(
    at('dist', '.prepare.lock'),
    async () => {
      if (!installed()) await install();
      if (!built(wanted)) await build(wanted);
    },
    say,
  );
}

/** npm writes node_modules/.package-lock.json last, so a broken install has none. */
function installed() {
  const marker = at('node_modules', '.package-lock.json');
  if (!existsSync(marker)) return false;
  const stamp = at('node_modules', '.dcquic-lock-hash');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return true;
  // Somebody ran `npm install` by hand.
  return statSync(marker).mtimeMs >= statSync(at('package-lock.json')).mtimeMs;
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
}

async function install() {
  say('Installing dependencies (npm ci, needed once) …');
  const started = Date.now();
  const options = ['--include=dev', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const retries = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=10000'];
  const end = await npm(['ci', ...options, ...retries]);
  if (end.error !== undefined) {
    throw new LaunchError(
      `npm could not be started (${end.error.message}). It comes with Node: reinstall Node from https://nodejs.org.`,
    );
  }
  if (end.signal !== null) throw new LaunchError(`npm ci was stopped by ${end.signal}.`);
  if (end.code !== 0) throw explain('npm ci', end.output);
  writeFileSync(at('node_modules', '.dcquic-lock-hash'), lockHash());
  say(`Installed in ${seconds(started)}.`);
}

/**
 * The npm that started us, if one did; else the one on the path.
 *
 * @param {string[]} args
 */
function npm(args) {
  const own = process.env.npm_execpath;
  const options = { cwd: ROOT, capture: true };
  if (own !== undefined && /npm-cli\.c?js$/.test(own))
    return runChild(process.execPath, [own, ...args], options);
  return runChild('npm', args, { ...options, shell: process.platform === 'win32' });
}

/** @param {string[]} wanted paths that must exist @returns {boolean} */
function built(wanted) {
  const stamp = at('dist', '.sources');
  if (!existsSync(stamp) || !wanted.every((output) => existsSync(output))) return false;
  return readFileSync(stamp, 'utf8') === fingerprint();
}

/** @param {string[]} wanted */
async function build(wanted) {
  const before = fingerprint();
  say('Building (tsc -b) …');
  const started = Date.now();
  await compile([]);
  // The compiler trusts its own notes: outputs somebody deleted come back only by force.
  if (!wanted.every((output) => existsSync(output))) await compile(['--force']);
  mkdirSync(at('dist'), { recursive: true });
  writeFileSync(at('dist', '.sources'), before);
  say(`Built in ${seconds(started)}.`);
}

/** @param {string[]} options of tsc */
async function compile(options) {
  const end = await runChild(process.execPath, [at('node_modules/typescript/bin/tsc'), '-b', ...options], {
    cwd: ROOT,
    capture: true,
  });
  if (end.signal !== null) throw new LaunchError(`The build was stopped by ${end.signal}.`);
  if (end.code !== 0) throw explain('The build', end.output);
}

/** Names, sizes and times of everything the compiler reads. Equal means that a build would do nothing. */
function fingerprint() {
  const hash = createHash('sha256');
  const walk = (/** @type {string} */ folder) => {
    const entries = readdirSync(at(folder), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!NOT_SOURCES.has(entry.name)) walk(path);
      } else if (/\.ts$|^tsconfig.*\.json$|^package\.json$/.test(entry.name)) {
        const { size, mtimeMs } = statSync(at(path));
        hash.update(`${path}:${size}:${mtimeMs}\n`);
      }
    }
  };
  walk('.');
  hash.update(readFileSync(at('node_modules', 'typescript', 'package.json')));
  return hash.digest('hex');
}

/** @param {number} started */
function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}
