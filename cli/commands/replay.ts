import type { TraceRecord } from '../../sim/trace/trace-store.ts';
import type { ReplayOutcome } from '../../scenarios/run/index.ts';
import { count } from '../../reports/figures.ts';
import { type Command, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { flag } from '../option.ts';
import { maker, makerText } from '../../scenarios/run/maker.ts';
import { recordWords } from '../run/record-words.ts';
import { type Divergence, explainDivergence, replay } from '../run/replay.ts';
import { readRecord, replayRecord } from '../run/replay-record.ts';
import { readSavedRun, type SavedRun, TRACE_FILE } from '../run/saved-run.ts';
import { row, runSummary, verdictLine } from '../run/summary.ts';
import { print, printJson } from '../terminal.ts';

/** Events shown before the one that differs, and without it. */
const BEFORE_SHOWN = 3;
const NOW_SHOWN = 10;

export const command: Command = defineCommand({
  name: 'replay',
  operands: ['CAPSULE'],
  options: { json: flag('print one JSON object, and nothing else on stdout') },
  details: [
    'Runs a saved run again, from capsule.json (or the folder that has it), and compares the trace. If every event is the same, the exit code is that of the run: 0, 2, 3 or 4. If not, it is 5, and the first difference is shown: what happens now from the last checkpoint at which the runs were the same, or the very event in both if the trace of the saved run lies beside its capsule: --out DIR --trace DIR/trace.bin.',
    'A record of a real endpoint (dcquic serve --record FILE, dcquic call --record FILE) is done again in virtual time: the same calls and datagrams at the same instants. All that comes out is compared; the exit code is 0, or 5 with the first difference.',
    'Modules that were given with --with are looked for in the current folder, as they were named.',
  ],
  examples: ['dcquic replay out/incast-seed1/capsule.json', 'dcquic replay server.record'],
  run: async ({ json }, [path = '']) => {
    const record = readRecord(path);
    if (record !== undefined) return replayRecord(path, record, json);
    const saved = readSavedRun(path);
    const repeated = await replay(saved);
    if (repeated === undefined) return ExitCode.INTERRUPTED;
    const { divergence: interval } = repeated;
    const parting = interval === undefined ? undefined : await explainDivergence(saved, interval);
    if (json) printJson(replayResult(saved, repeated, parting));
    else printReplay(saved, repeated, parting);
    return repeated.same ? repeated.outcome.exitCode : ExitCode.NOT_DETERMINISTIC;
  },
});

function replayResult(saved: SavedRun, repeated: ReplayOutcome, parting: Divergence | undefined): object {
  const { outcome, same, divergence } = repeated;
  return {
    same,
    made: saved.capsule.made ?? null,
    savedTraceHash: saved.capsule.expected.trace.digest,
    traceHash: outcome.result.traceHash,
    divergence: divergence === undefined ? null : { ...divergence, record: parting?.record ?? null },
    result: outcome.result,
  };
}

function printReplay(saved: SavedRun, repeated: ReplayOutcome, parting: Divergence | undefined): void {
  const { outcome, divergence } = repeated;
  const { result } = outcome;
  const { expected, made } = saved.capsule;
  print(runSummary(saved.scenario, result));
  if (divergence === undefined) {
    print(row('saved trace', `the same, all ${count(expected.trace.records)} records`));
    print(`\n${verdictLine(result)}. The saved run was repeated exactly.`);
    return;
  }
  const { fromRecord, toRecord } = divergence;
  print(row('saved trace', expected.trace.digest));
  print(row('saved by', makerText(made)));
  print(row('now', makerText(maker())));
  print('');
  print('NOT THE SAME RUN: another version of dcquic or of a --with module, or a bug in determinism.');
  print(`The first difference is in the trace records ${fromRecord} to ${toRecord - 1}, counted from 0.`);
  if (parting !== undefined) print(partingLines(saved, fromRecord, parting).join('\n'));
}

/** The record that differs in both runs; without the saved trace, what happens now where they part. */
function partingLines(
  { capsule }: SavedRun,
  fromRecord: number,
  { record, now, locations }: Divergence,
): string[] {
  const words = (one: TraceRecord | undefined): string =>
    one === undefined ? 'none, the run was over' : recordWords(one, locations);
  if (record !== undefined) {
    const { index, left, right } = record;
    const before = now.slice(Math.max(0, index - fromRecord - BEFORE_SHOWN), index - fromRecord);
    return [
      ...before.map((one, i) => `  record ${index - before.length + i}, both: ${words(one)}`),
      `  record ${index}`,
      `    saved: ${words(left)}`,
      `    now:   ${words(right)}`,
    ];
  }
  return [
    'The trace of the saved run is not beside its capsule. What happens now, from there:',
    ...now.slice(0, NOW_SHOWN).map((one, i) => `  record ${fromRecord + i}: ${words(one)}`),
    ...(now.length > NOW_SHOWN ? [`  and ${count(now.length - NOW_SHOWN)} more`] : []),
    'To see the very event, keep the trace where the run was as it was saved:',
    `  ${capsule.command} --out DIR --trace DIR/${TRACE_FILE}`,
  ];
}
