/**
 * `npm run planted`: plants small bugs in copies of the code, one at a time, and hunts each with random scenarios. Exit 1 when
 * fewer are found than the goal, or what is left after shrinking is too large.
 *
 *   NAME…          only these bugs
 *   --seeds N      each bug is looked for with the seeds 1 to N, default 1000
 *   --seed N       with this seed alone
 *   --seconds N    and for at most so many seconds of processor time, default 60
 *   --jobs N       bugs hunted at a time, each in processes of its own, default one for each processor
 *   --journal FILE appends each outcome to FILE, and does not hunt again what FILE holds already of the same code and limits
 *   --no-shrink    leaves what was found as it is
 *   --json         prints one object, with the shrunk scenarios
 *   --list         says what each bug is, and hunts none
 */
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import { loadBugs, plantedText } from './planted/bug.ts';
import type { PlantedBug } from './planted/bug.ts';
import { hunt } from './planted/hunt.ts';
import type { Hunt, HuntLimits } from './planted/hunt.ts';
import { Journal } from './planted/journal.ts';
import { Standing } from './planted/standing.ts';
import { table, Tally } from './planted/table.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const { values, positionals } = readArguments('planted', {
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    journal: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});

const all = await loadBugs(ROOT);
const strangers = positionals.filter((name) => !all.some((bug) => bug.name === name));
const numbers = [values.seeds, values.seconds, values.jobs, values.seed ?? '1'].map(Number);
if (strangers.length > 0 || numbers.some((n) => !Number.isInteger(n) || n < 1)) {
  for (const name of strangers) console.error(`There is no planted bug ${name}; --list names them.`);
  console.error(
    'Usage: npm run planted -- [NAME…] [--seeds N] [--seed N] [--seconds N] [--jobs N] [--journal FILE] [--no-shrink] [--json] [--list]',
  );
  process.exit(1);
}
const bugs = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
// Before hours are spent: each of them still has its place.
for (const bug of bugs) plantedText(ROOT, bug);

if (values.list) {
  for (const { name, file, what } of bugs) console.log(`${name.padEnd(28)} ${file.padEnd(36)} ${what}`);
} else {
  const hunts = await huntAll(bugs);
  const tally = new Tally(hunts);
  console.log(
    values.json ? JSON.stringify({ ...tally.figures, bugs: hunts }) : `${table(hunts)}\n${tally.text}`,
  );
  process.exitCode = tally.reachesGoal ? 0 : 1;
}

async function huntAll(list: readonly PlantedBug[]): Promise<Hunt[]> {
  const limits: HuntLimits = {
    seeds: Number(values.seeds),
    cpuSeconds: Number(values.seconds),
    shrinks: !values['no-shrink'],
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  };
  const journal = new Journal(ROOT, limits, values.journal);
  const hunts = new Map(list.map((bug) => [bug, journal.outcome(bug)]));
  const waiting = list.filter((bug) => hunts.get(bug) === undefined);
  const standing = new Standing(list.length, list.length - waiting.length);
  const work = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const { name } = bug;
      const outcome = await hunt(ROOT, bug, limits, (seed) => standing.at(name, seed));
      hunts.set(bug, outcome);
      journal.add(outcome);
      standing.done(outcome);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  standing.clear();
  rmSync(join(ROOT, 'dist', '.planted'), { recursive: true, force: true });
  return list.map((bug) => hunts.get(bug) as Hunt);
}
