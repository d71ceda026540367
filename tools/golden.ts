/**
 * `npm run golden`: runs what spec/golden-hashes.json names and records the trace hashes it finds, for a change of
 * behaviour that is on purpose. A new run is added there by hand, with an empty hash. `-- --check` only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import { formatGolden, GOLDEN_FILE, goldenChanges, parseGolden } from './golden/golden-file.ts';
import { runGolden } from './golden/run-golden.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const { values } = readArguments('golden', { options: { check: { type: 'boolean', default: false } } });
const path = join(ROOT, GOLDEN_FILE);
const recorded = parseGolden(readFileSync(path, 'utf8'));
const now: Record<string, string> = {};
for (const key of Object.keys(recorded)) now[key] = await runGolden(ROOT, key);

const changes = goldenChanges(recorded, now);
for (const change of changes) console.log(change);
if (changes.length === 0) {
  console.log(`All ${Object.keys(recorded).length} traces are as recorded.`);
} else if (values.check) {
  console.log('The behaviour changed. If that is on purpose: npm run golden');
  process.exitCode = 5;
} else {
  writeFileSync(path, formatGolden(now));
  console.log(`Recorded in ${GOLDEN_FILE}.`);
}
