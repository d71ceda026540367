import { dirname } from 'node:path';
import { renderHtml } from '../../reports/index.ts';
import type { RunReport } from '../../scenarios/result.ts';
import { type Command, defineCommand } from '../command.ts';
import { CommandError } from '../command-error.ts';
import { ExitCode } from '../exit-codes.ts';
import { OutputFolder } from '../run/output-folder.ts';
import { replay } from '../run/replay.ts';
import { DATA_FILE, readSavedRun, readWhole, reportDataFile } from '../run/saved-run.ts';
import { complain, print } from '../terminal.ts';

export const command: Command = defineCommand({
  name: 'report',
  operands: ['DIR|CAPSULE'],
  options: {},
  details: [
    'Writes report.html: from report-data.json where a run left it with --out, else by running the capsule again. One file that needs nothing else; open it in a browser.',
  ],
  examples: ['dcquic report out/incast', 'dcquic report out/incast-seed1/capsule.json'],
  run: async (_options, [path = '']) => {
    const dataFile = reportDataFile(path);
    if (dataFile !== undefined) {
      writeReport(dirname(dataFile), { 'report.html': renderData(dataFile) });
      return ExitCode.OK;
    }
    const saved = readSavedRun(path);
    const repeated = await replay(saved);
    if (repeated === undefined) return ExitCode.INTERRUPTED;
    const { report } = repeated.outcome;
    writeReport(saved.folder, {
      'report.html': renderHtml(report),
      [DATA_FILE]: `${JSON.stringify(report)}\n`,
    });
    if (repeated.same) return ExitCode.OK;
    complain('dcquic report: this is not the saved run, its trace differs; see dcquic replay');
    return ExitCode.NOT_DETERMINISTIC;
  },
});

function writeReport(folder: string, files: Record<string, string>): void {
  const output = new OutputFolder(folder);
  output.write(files);
  print(output.file('report.html'));
}

function renderData(file: string): string {
  const refuse = (why: string): CommandError =>
    new CommandError(`${file} is not what \`dcquic run --out\` writes: ${why}`);
  let data: Partial<RunReport> | null;
  try {
    data = JSON.parse(readWhole(file)) as Partial<RunReport> | null;
  } catch (error) {
    throw error instanceof CommandError ? error : refuse((error as Error).message);
  }
  const isReport = typeof data?.result?.traceHash === 'string' && typeof data.series?.binNs === 'number';
  if (!isReport) throw refuse('there is no result and no series in it');
  return renderHtml(data as RunReport);
}
