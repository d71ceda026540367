import ts from 'typescript';
import type { Finding } from './finding.ts';
import { lineOf, type Source, walkNodes } from './source.ts';

export const FILE_BYTES_MAX = 20_000;
export const FUNCTION_LINES_MAX = 70;

export function fileLength(source: Source): Finding[] {
  const bytes = new TextEncoder().encode(source.text).length;
  if (source.isGenerated || bytes <= FILE_BYTES_MAX) return [];
  const remedy = `at most ${FILE_BYTES_MAX} bytes: split by noun or by sub-state, not into utils`;
  return [{ rule: 'file-length', path: source.path, line: 1, subject: `${bytes} bytes`, remedy }];
}

export function functionLength(source: Source): Finding[] {
  if (source.isGenerated || source.isTest) return [];
  const findings: Finding[] = [];
  walkNodes(source.ast, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const line = lineOf(source, node);
    const lines = source.ast.getLineAndCharacterOfPosition(node.end).line + 2 - line;
    if (lines <= FUNCTION_LINES_MAX) return;
    const remedy = `${lines} lines, at most ${FUNCTION_LINES_MAX}: give its steps names`;
    findings.push({ rule: 'function-length', path: source.path, line, subject: nameOf(node), remedy });
  });
  return findings;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  return ts.isVariableDeclaration(parent) ? parent.name.getText() : 'anonymous function';
}
