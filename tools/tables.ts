/**
 * `npm run tables -- TABLE…`: runs the set-up of a published table, or of a goal of our own, in the simulator and prints our figures beside
 * theirs. Exit 2 if one is missed, 130 if it was stopped.
 *
 *   TABLE…        which ones; --list names them; all: each of them
 *   --seeds A..B  default 1..3; one seed has no confidence interval
 *   --scale X     0.01 to 1, default 1: shorter runs, whose figures say less
 *   --rows A,B    only these rows
 *   --jobs N      rows measured at a time, default one for each processor
 *   --out DIR     default out/tables: what has been measured is kept there, and is not measured again by the same program; TABLE.json, .md, .svg, index.html
 *   --record      writes the tables to reports/tables/results as well
 *   --page        shows the recorded tables anew, from what is recorded: .md, .svg and index.html; runs none
 *   --json        prints one object
 *   --list        says what each table is, and runs none
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES, tableNamed } from '../reports/tables/all.ts';
import { jobKey } from '../reports/tables/job.ts';
import type { Job } from '../reports/tables/job.ts';
import { recordsHtml } from '../reports/tables/page.ts';
import { recordSvg } from '../reports/tables/plot.ts';
import { measureAll } from '../reports/tables/pool.ts';
import { missedCells, recordOf } from '../reports/tables/record.ts';
import type { TableRecord } from '../reports/tables/record.ts';
import { recordMarkdown, recordText } from '../reports/tables/text.ts';
import type { Sample, TableSpec } from '../reports/tables/table-spec.ts';
import { buildHash } from '../scenarios/sweep/build-hash.ts';
import { orderOf } from './tables/order.ts';
import type { Order } from './tables/order.ts';
import { Journal } from './tables/journal.ts';
import { Progress } from './tables/progress.ts';
import { commitOf } from './tables/commit.ts';
import { RESULTS, recordedTables } from './tables/results.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const order = orderOf(process.argv.slice(2));
if (order === 'page') {
  recordAll(recordedTables(ROOT));
} else if (order === undefined) {
  for (const { name, title } of TABLES) console.log(`${name.padEnd(20)} ${title}`);
} else {
  const records = await measureTables(order);
  if (records === undefined) {
    console.error(`stopped; the same command goes on where it was (${order.out})`);
    process.exitCode = 130;
  } else {
    for (const record of records) keep(record, order.out);
    writeFileSync(join(order.out, 'index.html'), recordsHtml(records));
    if (order.record) recordAll(records);
    console.log(order.json ? JSON.stringify(records) : records.map(recordText).join('\n\n'));
    if (records.some((record) => missedCells(record) > 0)) process.exitCode = 2;
  }
}

/** Undefined: stopped. */
async function measureTables({
  tables,
  seeds,
  scale,
  rows,
  jobs,
  out,
  commandOf,
}: Order): Promise<TableRecord[] | undefined> {
  const specs = tables.map((name) => tableNamed(name) as TableSpec);
  const wanted = specs.flatMap((spec) => jobsOf(spec, seeds, scale, rows));
  const journal = new Journal(out, buildHash(join(ROOT, 'dist')));
  const missing = wanted.filter((job) => journal.find(job) === undefined);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const progress = new Progress(wanted.length, wanted.length - missing.length);
  await measureAll(missing, {
    jobs,
    signal: stop.signal,
    onProgress: (job, share) => progress.update(job, share),
    onDone: (job, sample, cpuSeconds) => {
      journal.add(job, sample, cpuSeconds);
      progress.finish(job);
    },
  }).finally(() => progress.clear());
  if (stop.signal.aborted) return undefined;
  const run = { commit: commitOf(ROOT), node: process.versions.node, scale };
  return specs.map((spec) => {
    const ofTable = wanted.filter(({ table }) => table === spec.name);
    const samples = new Map<string, { seed: number; sample: Sample }[]>();
    let cpuSeconds = 0;
    for (const job of ofTable) {
      const line = journal.find(job);
      if (line === undefined) throw new Error(`${jobKey(job)} has no result`);
      cpuSeconds += line.cpuSeconds;
      samples.set(job.row, [...(samples.get(job.row) ?? []), { seed: job.seed, sample: line.sample }]);
    }
    return recordOf(spec, samples, {
      command: commandOf(spec.name),
      ...run,
      cpuSeconds: Math.round(cpuSeconds),
    });
  });
}

function jobsOf(spec: TableSpec, seeds: readonly number[], scale: number, rows: readonly string[]): Job[] {
  const keys = spec.rows.map(({ key }) => key).filter((key) => rows.length === 0 || rows.includes(key));
  return seeds.flatMap((seed) => keys.map((row) => ({ table: spec.name, row, seed, scale })));
}

function keep(record: TableRecord, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, record.table);
  writeFileSync(`${path}.json`, `${JSON.stringify(record, undefined, 1)}\n`);
  writeFileSync(`${path}.md`, recordMarkdown(record));
  writeFileSync(`${path}.svg`, recordSvg(record));
}

function recordAll(records: readonly TableRecord[]): void {
  const directory = join(ROOT, RESULTS);
  for (const record of records) keep(record, directory);
  writeFileSync(join(directory, 'index.html'), recordsHtml(recordedTables(ROOT)));
}
