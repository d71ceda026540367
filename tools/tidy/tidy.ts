/** What a compiler cannot see: banned names, import direction, lengths, dead files, tests that cannot fail. */
import { bannedNames } from './banned-name.ts';
import { deadFiles } from './dead-file.ts';
import { importDirection, MAY_IMPORT, packageImports } from './direction.ts';
import type { Exception } from './exceptions.ts';
import type { Finding } from './finding.ts';
import { fileLength, functionLength } from './length.ts';
import type { Tree } from './source.ts';
import { testFiles } from './test-files.ts';
import { unfinished } from './unfinished.ts';

/** All findings that no exception excuses, by path and line. */
export function tidy(tree: Tree, exceptions: readonly Exception[]): Finding[] {
  const found = tree.sources.flatMap((source) => [
    ...bannedNames(source),
    ...importDirection(source),
    ...packageImports(source, tree.manifest),
    ...fileLength(source),
    ...functionLength(source),
    ...unfinished(source),
    ...testFiles(source),
  ]);
  const all = [...found, ...deadFiles(tree), ...folderReadmes(tree)];
  const excused = (finding: Finding): boolean => exceptions.some((exception) => excuses(exception, finding));
  const stale = exceptions.filter((exception) => !all.some((finding) => excuses(exception, finding)));
  const rest = [...all.filter((finding) => !excused(finding)), ...stale.map(staleFinding)];
  return rest.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
}

function excuses({ rule, path, subject }: Exception, finding: Finding): boolean {
  return (
    rule === finding.rule && path === finding.path && (subject === undefined || subject === finding.subject)
  );
}

function staleFinding({ rule, path, subject = 'any' }: Exception): Finding {
  const remedy = `it excuses nothing any more (${rule}, ${subject}): delete it from tools/tidy/exceptions.ts`;
  return { rule: 'stale-exception', path, line: 1, subject: 'exception', remedy };
}

function folderReadmes({ sources, paths }: Tree): Finding[] {
  const folders = Object.keys(MAY_IMPORT).filter((name) => sources.some(({ folder }) => folder === name));
  const missing = folders.filter((folder) => !paths.has(`${folder}/README.md`));
  const remedy = 'say in a few lines what lives there and what may not';
  return missing.map((folder) => ({
    rule: 'folder-readme',
    path: `${folder}/README.md`,
    line: 1,
    subject: folder,
    remedy,
  }));
}
