/** Standard output and error. Output belongs to results, error to everything said on the way. */
import { ExitCode } from './exit-codes.ts';

/** Writes to stdout as it is. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** One JSON object on a line of stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes a line to stderr. */
export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * A reader that goes away (`| head`) is no error: what would be written is dropped and the command goes on. A full disk
 * behind stdout is one, because a result would be lost in silence.
 */
export function guardStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    complain(`dcquic: cannot write the output: ${error.message}`);
    process.exitCode = ExitCode.USAGE;
  });
  process.stderr.on('error', () => {});
}

/** Ends the process with `code` as soon as nothing is left to write; a lost output counts more. */
export function leaveWith(code: ExitCode): void {
  process.exitCode ??= code;
}

const COLOURS = { good: 32, bad: 31, faint: 2, strong: 1 } as const;

/** Colours `text` where stdout is a terminal that wants them (https://no-color.org). */
export function paint(colour: keyof typeof COLOURS, text: string): string {
  const wanted = process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return wanted ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
}
