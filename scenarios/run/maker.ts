import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../distributions/package-root.ts';

/** What made a capsule. */
export interface Maker {
  /** Versions. */
  dcquic: string;
  node: string;
}

/** This process. */
export function maker(): Maker {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    version: string;
  };
  return { dcquic: manifest.version, node: process.versions.node };
}

export function makerText(made: Maker | undefined): string {
  return made === undefined
    ? 'an older dcquic, which did not say'
    : `dcquic ${made.dcquic}, Node ${made.node}`;
}
