import { availableParallelism } from 'node:os';
import { parseSeedRange, parseShard, SweepError } from '../../scenarios/sweep/index.ts';
import { type Command, defineCommand } from '../command.ts';
import { CommandError, systemReason } from '../command-error.ts';
import { defaulted, flag, optional, repeated, text } from '../option.ts';
import { wholeNumber } from '../values.ts';
import { type ExitCode, ExitCode as Exit } from '../exit-codes.ts';
import { OutputFolder } from '../run/output-folder.ts';
import { requiredMarks } from '../sweep/marks.ts';
import { mergeFolders } from '../sweep/merge.ts';
import { type ShrunkSeed, shrinkFailing } from '../sweep/shrink-failing.ts';
import type { SweepValues } from '../sweep/values.ts';
import { type SweepReport, sweepJson } from '../sweep/report.ts';
import { sweepFile } from '../sweep/sweep-file.ts';
import { shrunkLines, sweepText, sweepVerdict } from '../sweep/summary-text.ts';
import { complain, print, printJson } from '../terminal.ts';

const SUMMARY_FILE = 'summary.json';
const JOBS_MAX = 1024;

const OPTIONS = {
  seeds: optional('A..B', 'the seeds, both ends included', parseSeedRange),
  jobs: defaulted(
    'N',
    'runs at once; by default one for each core',
    String(Math.min(availableParallelism(), JOBS_MAX)),
    wholeNumber(1, JOBS_MAX),
  ),
  json: flag('print the summary as one JSON object, and nothing else on stdout'),
  out: optional(
    'DIR',
    'keep a journal there, to go on from if the sweep ends early, and the capsules and summary.json',
    text,
  ),
  shard: optional('I/N', 'run the I-th of N shares of the seeds, here and elsewhere, as 3/64', parseShard),
  merge: flag('one summary of shards that were run with --out; name their folders'),
  set: repeated('PATH=VALUE', 'change the scenario, as in dcquic run', text),
  with: repeated('MODULE', 'a JavaScript module that changes each simulation before it starts', text),
  shrink: flag('shrink the lowest failing seed of each way of failing, as dcquic shrink does'),
  'require-marks': repeated(
    'NAMES',
    'fail if no seed reaches these coverage marks, separated by commas',
    text,
  ),
  'marks-file': optional('FILE', 'the same, for the marks that a file names, one on each line', text),
};

export const command: Command = defineCommand({
  name: 'sweep',
  operands: ['FILE|DIR…'],
  options: OPTIONS,
  details: [
    'Runs a scenario once for each seed, on all cores, and lists the seeds that fail: why, the command that repeats the run, and a capsule for dcquic replay (of the 100 lowest failing seeds). The summary does not depend on how many run at once.',
    'With --out the sweep survives its end: the same command again runs only the seeds that are missing. Ctrl-C stops it with a summary of what was done, and exit code 130.',
    'Coverage marks say what the runs came to, such as pulled-again or notify-blocked-sent. Those that no seed reached are listed; a required one among them fails the sweep.',
    'The exit code is the worst of all seeds: 5 not deterministic, 3 an invariant was violated, 4 not live, 2 an expectation failed or a required mark went cold.',
  ],
  examples: [
    'dcquic sweep scenarios/library/incast-100.yaml --seeds 1..1000 --out out/sweep',
    'dcquic sweep scenarios/library/incast-100.yaml --seeds 1..64000 --shard 3/64 --out out/shard3',
    'dcquic sweep --merge out/shard*',
  ],
  run: async (values, operands) => {
    const required = requiredMarks(values);
    try {
      const report = values.merge
        ? mergeFolders(operands, values, required)
        : await sweepFile(operands, values, required);
      const shrunk = values.shrink && !report.isInterrupted ? await shrinkFailing(report) : [];
      return finish(report, values, shrunk);
    } catch (error) {
      throw commandError(error);
    }
  },
});

function finish(report: SweepReport, values: SweepValues, shrunk: readonly ShrunkSeed[]): ExitCode {
  if (values.out !== undefined) {
    new OutputFolder(values.out).write({
      [SUMMARY_FILE]: `${JSON.stringify(sweepJson(report, shrunk), null, 2)}\n`,
    });
  }
  if (values.json) printJson(sweepJson(report, shrunk));
  else print(`${sweepText(report)}\n${shrunkLines(shrunk)}${sweepVerdict(report)}`);
  const [first] = report.summary.failing;
  if (first !== undefined) {
    if (!values.json) print(`The first of them again:`);
    (values.json ? complain : print)(report.commandOf(first.seed));
  }
  if (report.isInterrupted) return Exit.INTERRUPTED;
  const { verdict } = report.summary;
  return verdict === 0 && report.cold.length > 0 ? Exit.FAILED : verdict;
}

function commandError(error: unknown): unknown {
  if (error instanceof SweepError) return new CommandError(error.message, 1, { cause: error });
  const isSystem = error instanceof Error && 'syscall' in error && !(error instanceof CommandError);
  return isSystem ? new CommandError(systemReason(error), 1, { cause: error }) : error;
}
