import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../scenarios/distributions/package-root.ts';

/** The part of the Chrome DevTools protocol's Profile that is used. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  /** Ids of the nodes on top, one per sample. */
  samples: number[];
  /** Microseconds before each sample. */
  timeDeltas: number[];
}

export interface Cost {
  what: string;
  /** Of the time in which the process ran. */
  share: number;
}

export interface ProfileCosts {
  functions: Cost[];
  files: Cost[];
}

const NOT_RUNNING = new Set(['(idle)', '(root)', '(program)']);

/** Runs a built module under the profiler of Node and sums up where its time went, itself without what it calls. */
export function profileModule(args: readonly string[]): ProfileCosts {
  const folder = mkdtempSync(join(tmpdir(), 'dcquic-profile-'));
  try {
    execFileSync(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...args], { stdio: 'pipe' });
    const [file = ''] = readdirSync(folder);
    return costsOf(JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Largest first. */
export function costsOf(profile: CpuProfile): ProfileCosts {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const files = new Map<string, number>();
  let totalUs = 0;
  for (const [i, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    const tookUs = profile.timeDeltas[i] ?? 0;
    if (frame === undefined || NOT_RUNNING.has(frame.functionName)) continue;
    const file = sourceOf(frame.url);
    const name = frame.functionName === '' ? `(anonymous, line ${frame.lineNumber + 1})` : frame.functionName;
    const where = frame.url === '' ? name : `${name}  ${file}`;
    totalUs += tookUs;
    functions.set(where, (functions.get(where) ?? 0) + tookUs);
    files.set(file, (files.get(file) ?? 0) + tookUs);
  }
  const sorted = (sums: Map<string, number>): Cost[] =>
    [...sums].map(([what, us]) => ({ what, share: us / totalUs })).sort((a, b) => b.share - a.share);
  return { functions: sorted(functions), files: sorted(files) };
}

/** `sim/net/switch.ts` for what was built from it; Node's own modules by their names. */
function sourceOf(url: string): string {
  if (url === '') return '(engine)';
  if (!url.startsWith('file:')) return url;
  const path = relative(packageRoot(), fileURLToPath(url));
  return path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
}
