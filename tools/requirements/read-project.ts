import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Coverage, coverageOf } from './coverage.ts';
import { parseMusts, parseRequirements } from './item.ts';

const SKIPPED = new Set(['node_modules', 'dist', 'out', 'coverage', 'generated']);
const CITING = /\.(ts|mjs|yaml|yml)$/;
/** They speak about citations; what looks like one there is an example. */
const EXAMPLES =
  /^(spec\/coverage-exceptions\.yaml|tools\/requirements\/.*|tools\/test\/spec-coverage\.test\.ts)$/;

/** @param root the project's folder */
export function readCoverage(root: string): Coverage {
  const protocol = join(root, 'spec/protocol.md');
  const requirements = parseRequirements(readFileSync(join(root, 'spec/requirements.md'), 'utf8'));
  const musts = existsSync(protocol) ? parseMusts(readFileSync(protocol, 'utf8')) : [];
  return coverageOf([...musts, ...requirements], readCitingFiles(root));
}

function readCitingFiles(root: string): Record<string, string> {
  const files: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && !entry.name.startsWith('.')) walk(path);
      } else if (CITING.test(path) && !EXAMPLES.test(path)) {
        files[path] = readFileSync(join(root, path), 'utf8');
      }
    }
  };
  walk('');
  return files;
}
