import type { DivergingRecord } from '../../sim/trace/divergence.ts';
import type { ReplayOutcome } from '../../scenarios/run/index.ts';
import { count } from '../../reports/figures.ts';
import { type Command, defineCommand } from '../command.ts';
import { ExitCode } from '../exit-codes.ts';
import { flag } from '../option.ts';
import { findDivergingRecord, replay } from '../run/replay.ts';
import { readSavedRun, type SavedRun } from '../run/saved-run.ts';
import { divergingRecordLines } from '../run/stored-trace.ts';
import { row, runSummary, verdictLine } from '../run/summary.ts';
import { print, printJson } from '../terminal.ts';

export const command: Command = defineCommand({
  name: 'replay',
  operands: ['CAPSULE'],
  options: { json: flag('print one JSON object, and nothing else on stdout') },
  details: [
    'Runs a saved run again, from capsule.json (or the folder that has it), and compares the trace. If every event is the same, the exit code is that of the run: 0, 2, 3 or 4. If not, it is 5, and the first difference is shown: a range of trace records, or the very record if the trace of the saved run lies beside its capsule: --out DIR --trace DIR/trace.bin.',
    'Modules that were given with --with are looked for in the current folder, as they were named.',
  ],
  examples: ['dcquic replay out/incast-seed1/capsule.json'],
  run: async ({ json }, [path = '']) => {
    const saved = readSavedRun(path);
    const repeated = await replay(saved);
    if (repeated === undefined) return ExitCode.INTERRUPTED;
    const record = await findDivergingRecord(saved, repeated);
    if (json) printJson(replayResult(saved, repeated, record));
    else printReplay(saved, repeated, record);
    return repeated.same ? repeated.outcome.exitCode : ExitCode.NOT_DETERMINISTIC;
  },
});

function replayResult(saved: SavedRun, repeated: ReplayOutcome, record: DivergingRecord | undefined): object {
  const { outcome, same, divergence } = repeated;
  return {
    same,
    savedTraceHash: saved.capsule.expected.trace.digest,
    traceHash: outcome.result.traceHash,
    divergence: divergence === undefined ? null : { ...divergence, record: record ?? null },
    result: outcome.result,
  };
}

function printReplay(saved: SavedRun, repeated: ReplayOutcome, record: DivergingRecord | undefined): void {
  const { outcome, divergence } = repeated;
  const { result } = outcome;
  const { expected } = saved.capsule;
  print(runSummary(saved.scenario, result));
  if (divergence === undefined) {
    print(row('saved trace', `the same, all ${count(expected.trace.records)} records`));
    print(`\n${verdictLine(result)}. The saved run was repeated exactly.`);
    return;
  }
  const { fromRecord, toRecord } = divergence;
  print(row('saved trace', expected.trace.digest));
  print('');
  print('NOT THE SAME RUN: another version of dcquic or of a --with module, or a bug in determinism.');
  print(`The first difference is in the trace records ${fromRecord} to ${toRecord - 1}, counted from 0.`);
  if (record !== undefined) print(divergingRecordLines(record).join('\n'));
}
