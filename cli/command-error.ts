import { type Problem, formatProblem } from '../scenarios/language/problem.ts';
import type { ExitCode } from './exit-codes.ts';

/** What ends a command with a message for people, and without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Everything that is wrong with a file, one problem after the other. */
export function problemsError(problems: readonly Problem[]): CommandError {
  return new CommandError(problems.map(formatProblem).join('\n'));
}

/** What a failed system call means for the user, e.g. `no permission`. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : REASONS[code]) ?? message ?? String(error);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission; choose another place, or change its permissions',
  EPERM: 'no permission; choose another place, or change its permissions',
  EROFS: 'the file system is read-only; choose another place',
  ENOSPC: 'the disk is full; free some space, or choose another place',
  EDQUOT: 'the disk quota is used up; free some space, or choose another place',
  ENOTDIR: 'a part of the path is a file; choose another place',
  EEXIST: 'there is a file of that name; choose another place',
  ENOENT: 'no such file or folder; check the path',
  EISDIR: 'it is a folder; name a file in it',
};
