import { join } from 'node:path';
import { counted } from '../../reports/figures.ts';
import { formatFailure } from '../../scenarios/shrink/index.ts';
import { type Command, defineCommand } from '../command.ts';
import { type ExitCode, ExitCode as Exit } from '../exit-codes.ts';
import { defaulted, flag, optional, text } from '../option.ts';
import { readSavedRun } from '../run/saved-run.ts';
import { type ShrunkRun, shrinkSaved, sizeText } from '../run/shrink.ts';
import { row } from '../run/summary.ts';
import { complain, print, printJson } from '../terminal.ts';
import { wholeNumber } from '../values.ts';

const RUNS = 2000;

export const command: Command = defineCommand({
  name: 'shrink',
  operands: ['CAPSULE'],
  options: {
    out: optional(
      'DIR',
      'write scenario.yaml and capsule.json there; default: shrunk, beside the capsule',
      text,
    ),
    runs: defaulted('N', 'make at most so many runs', String(RUNS), wholeNumber(1, 10_000_000)),
    seconds: optional('S', 'stop after so many seconds', wholeNumber(1, 1_000_000)),
    json: flag('print one JSON object, and nothing else on stdout'),
  },
  details: [
    'Looks for the smallest scenario that still fails in the same way as a saved run, named by capsule.json or the folder that has it: the same checker sees a violation of the same kind, or the same expectation does not hold.',
    'Takes away hosts, workloads and injected events, switches, options; makes messages, counts and times smaller. What faults did at random is said packet by packet. The seed changes only where a smaller scenario needs it.',
    'Ctrl-C stops the search and keeps the smallest scenario so far. The same capsule and --runs give the same scenario. The exit code is 0 if there is one, 1 if the run does not fail.',
  ],
  examples: [
    'dcquic shrink out/incast-seed1',
    'dcquic shrink out/sweep/seed7/capsule.json --runs 500 --out out/small',
  ],
  run: async ({ out, runs, seconds, json }, [path = '']): Promise<ExitCode> => {
    const saved = readSavedRun(path);
    const result = await shrinkSaved(saved, out ?? join(saved.folder, 'shrunk'), { runs, seconds });
    if (json) printJson(shrunkJson(result));
    else print(shrunkText(result));
    (json ? complain : print)(result.command);
    return result.isInterrupted ? Exit.INTERRUPTED : Exit.OK;
  },
});

function shrunkJson({ shrunk, yaml, scenarioFile, capsuleFile, command: line }: ShrunkRun): object {
  const { failure, before, after, runs, isMinimal } = shrunk;
  return {
    failure,
    before,
    after,
    runs,
    isMinimal,
    scenario: yaml,
    scenarioFile,
    capsule: capsuleFile,
    command: line,
  };
}

function shrunkText({ shrunk, yaml, scenarioFile, capsuleFile }: ShrunkRun): string {
  const { failure, before, after, runs, isMinimal } = shrunk;
  return [
    yaml,
    row('failure', formatFailure(failure)),
    row('before', sizeText(before)),
    row('after', `${sizeText(after)}; ${counted(runs, 'run')}`),
    row('scenario', scenarioFile),
    row('capsule', capsuleFile),
    '',
    isMinimal
      ? 'Nothing can go without the failure going too. The run again:'
      : 'The search was cut short; this is the smallest so far. The run again:',
  ].join('\n');
}
