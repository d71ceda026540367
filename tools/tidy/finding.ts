/** What a tidy rule reports. */
export interface Finding {
  readonly rule: Rule;
  readonly path: string;
  readonly line: number;
  /** The name, function or module it is about; exceptions may be limited to one. */
  readonly subject: string;
  /** What to do instead. */
  readonly remedy: string;
}

export type Rule =
  | 'banned-name'
  | 'import-direction'
  | 'package-import'
  | 'file-length'
  | 'function-length'
  | 'dead-file'
  | 'unfinished'
  | 'focused-test'
  | 'test-without-expect'
  | 'sleep-in-test'
  | 'test-location'
  | 'folder-readme'
  | 'stale-exception';

export function formatFinding({ rule, path, line, subject, remedy }: Finding): string {
  return `${path}:${line}  ${rule}  ${subject}: ${remedy}`;
}
