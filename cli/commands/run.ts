import { renderHtml } from '../../reports/index.ts';
import { loadScenario } from '../../scenarios/language/index.ts';
import type { Scenario } from '../../scenarios/language/index.ts';
import { capsuleOf, runScenario, type RunOptions, type RunOutcome } from '../../scenarios/run/index.ts';
import { type Command, defineCommand } from '../command.ts';
import { CommandError, problemsError } from '../command-error.ts';
import { type ExitCode, ExitCode as Exit } from '../exit-codes.ts';
import { defaulted, flag, optional, repeated, text, type Values } from '../option.ts';
import { loadExtensions } from '../run/extensions.ts';
import { OutputFolder, type OutputFiles } from '../run/output-folder.ts';
import type { Recording } from '../run/recording.ts';
import { reproductionLine } from '../run/reproduction.ts';
import { RunCapture } from '../run/run-capture.ts';
import { keepCapsule } from '../run/kept-capsule.ts';
import { CAPSULE_FILE, DATA_FILE } from '../run/saved-run.ts';
import { simulate } from '../run/simulate.ts';
import { TraceFile } from '../run/trace-file.ts';
import { row, runSummary, verdictLine } from '../run/summary.ts';
import { complain, print, printJson } from '../terminal.ts';
import { wholeNumber } from '../values.ts';

const PCAP_PACKETS = 1_000_000;
const TRACE_RECORDS = 1_000_000;
/** 48 bytes each in memory. */
const TRACE_RECORDS_MAX = 40_000_000;

const OPTIONS = {
  seed: optional(
    'N',
    'seed of every random choice, instead of the one in the file',
    wholeNumber(0, Number.MAX_SAFE_INTEGER),
  ),
  json: flag('print the result as one JSON object, and nothing else on stdout'),
  out: optional(
    'DIR',
    'write result.json, report.html, report-data.json, capsule.json and scenario.yaml there',
    text,
  ),
  set: repeated(
    'PATH=VALUE',
    'change the scenario, for example topology.hosts=16 or workload[0].load=0.3',
    text,
  ),
  with: repeated('MODULE', 'a JavaScript module that changes the simulation before it starts', text),
  exchange: optional(
    'N',
    'the exchange whose message sequence the report shows, from 0',
    wholeNumber(0, 2 ** 30),
  ),
  trace: optional('FILE', 'write the trace there, for programs of your own: sim/trace/README.md', text),
  'trace-max': defaulted(
    'RECORDS',
    'with --trace: keep at most so many records, 48 bytes each in memory',
    String(TRACE_RECORDS),
    wholeNumber(1, TRACE_RECORDS_MAX),
  ),
  pcap: optional('FILE', 'write the packets of the run there as pcapng, for Wireshark', text),
  'pcap-at': repeated(
    'PLACE',
    'with --pcap: only at host[3], host, switch, switch.port(host[3]); default: all',
    text,
  ),
  'pcap-max': defaulted(
    'PACKETS',
    'with --pcap: write at most so many packets',
    String(PCAP_PACKETS),
    wholeNumber(1, Number.MAX_SAFE_INTEGER),
  ),
};

export const command: Command = defineCommand({
  name: 'run',
  operands: ['FILE'],
  options: OPTIONS,
  details: [
    'Runs the scenario in virtual time. The same file, seed and options give the same events on every machine, and the trace hash proves it.',
    'Exit code 2 if an expectation of the scenario failed, 3 if an invariant was violated, 4 if something did not end. Such a run leaves a capsule for dcquic replay, and its last line is the command that repeats it.',
  ],
  examples: [
    'dcquic run scenarios/library/incast-100.yaml --out out/incast',
    'dcquic run scenarios/library/websearch-16.yaml --seed 7 --set workload[0].load=0.8 --json',
    'dcquic run scenarios/library/incast-100.yaml --pcap out/incast.pcapng --pcap-at host[0] --pcap-at switch.port(host[0])',
  ],
  run: async (options, [file = '']) => run(file, options),
});

async function run(file: string, options: Values<typeof OPTIONS>): Promise<ExitCode> {
  const { seed, set } = options;
  const loaded = loadScenario(file, { set, ...(seed === undefined ? {} : { seed }) });
  if (!loaded.ok) throw problemsError(loaded.problems);
  const { scenario } = loaded;
  const extensions = await loadExtensions(options.with);
  const folder = options.out === undefined ? undefined : new OutputFolder(options.out);
  const request = { ...options, file, seed: scenario.seed };
  const line = reproductionLine(request);
  const trace = options.trace === undefined ? undefined : new TraceFile(options.trace);
  const capture = captureOf(options, line);
  const runOptions: RunOptions = {
    extensions: [trace, capture].flatMap((recorder) => recorder?.extension ?? []).concat(extensions),
    command: line,
    ...(options.exchange === undefined ? {} : { diagram: options.exchange }),
    ...(trace === undefined ? {} : { trace: { store: { recordsMax: options['trace-max'] } } }),
  };
  const outcome = await simulate(
    scenario,
    line,
    (hooks) => runScenario(scenario, { ...runOptions, ...hooks }),
    (value) => value,
  ).finally(() => capture?.close());
  if (outcome === undefined) return Exit.INTERRUPTED;
  const capsule = JSON.stringify(capsuleOf(scenario, outcome, { command: line, extensions: options.with }));
  folder?.write(outputFiles(outcome, loaded.text, capsule));
  const failed = outcome.exitCode !== 0;
  const elsewhere = `${scenario.name}-seed${scenario.seed}`;
  const capsulePath = failed ? keepCapsule(elsewhere, folder, capsule) : undefined;
  const { store, result } = outcome;
  const traced = store && trace?.write(store, result);
  const recordings = [traced, capture?.recording].filter((recording) => recording !== undefined);
  if (options.json) printJson(result);
  else printSummary(scenario, outcome, folder, recordings);
  const full = options.json ? recordings.filter(({ isFull }) => isFull) : [];
  for (const { label, figure } of full) complain(`${label}: ${figure}`);
  if (failed) {
    const say = options.json ? complain : print;
    say(options.json ? `capsule: ${capsulePath}` : row('capsule', capsulePath ?? ''));
    if (!options.json) print(`\n${verdictLine(result)}. The same run again:`);
    say(line);
  }
  return outcome.exitCode;
}

function captureOf(options: Values<typeof OPTIONS>, comment: string): RunCapture | undefined {
  const { pcap: file, 'pcap-at': at, 'pcap-max': packetsMax } = options;
  if (file !== undefined) return new RunCapture({ file, at, packetsMax, comment });
  if (at.length > 0) throw new CommandError('--pcap-at needs --pcap, the file for the packets');
  return undefined;
}

function outputFiles({ result, report }: RunOutcome, scenarioText: string, capsule: string): OutputFiles {
  return {
    'result.json': `${JSON.stringify(result, null, 2)}\n`,
    [DATA_FILE]: `${JSON.stringify(report)}\n`,
    'report.html': renderHtml(report),
    [CAPSULE_FILE]: `${capsule}\n`,
    'scenario.yaml': scenarioText,
  };
}

function printSummary(
  scenario: Scenario,
  outcome: RunOutcome,
  folder: OutputFolder | undefined,
  recordings: readonly Recording[],
): void {
  print(runSummary(scenario, outcome.result));
  for (const { label, figure } of recordings) print(row(label, figure));
  if (folder !== undefined) print(row('report', folder.file('report.html')));
  if (outcome.exitCode === 0) print(`\n${verdictLine(outcome.result)}`);
}
