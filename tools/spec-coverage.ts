/**
 * `npm run spec:coverage`: every MUST of spec/protocol.md and every requirement, with the code and the tests that cite
 * it. `-- --missing` leaves out what is done, `-- --json` prints one object. Exit 1 when something cites an unknown id.
 */
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import { coverageText, problemsText } from './requirements/table.ts';
import { readCoverage } from './requirements/read-project.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const { values } = readArguments('spec:coverage', {
  options: { json: { type: 'boolean' }, missing: { type: 'boolean' } },
});
const coverage = readCoverage(ROOT);
if (values.json === true) {
  console.log(JSON.stringify(coverage, undefined, 2));
} else {
  console.log(coverageText(coverage, values.missing === true));
}
if (problemsText(coverage) !== '') process.exitCode = 1;
