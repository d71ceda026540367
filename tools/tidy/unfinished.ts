import ts from 'typescript';
import type { Finding } from './finding.ts';
import { type Source, walkNodes } from './source.ts';

const MARK = /\b(TODO|FIXME|XXX|HACK)\b/;

/** Comments that say the work is not done. */
export function unfinished(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { pos, end } of commentsOf(source.ast)) {
    const mark = MARK.exec(source.text.slice(pos, end));
    if (mark === null) continue;
    const line = source.ast.getLineAndCharacterOfPosition(pos + mark.index).line + 1;
    const remedy = 'do it, or write an issue and say in the comment what holds today';
    findings.push({ rule: 'unfinished', path: source.path, line, subject: mark[0], remedy });
  }
  return findings;
}

function commentsOf(ast: ts.SourceFile): Iterable<ts.CommentRange> {
  const byStart = new Map<number, ts.CommentRange>();
  walkNodes(ast, (node) => {
    const before = ts.getLeadingCommentRanges(ast.text, node.pos) ?? [];
    const after = ts.getTrailingCommentRanges(ast.text, node.end) ?? [];
    for (const range of [...before, ...after]) byStart.set(range.pos, range);
  });
  return byStart.values();
}
