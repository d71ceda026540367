/** Everything by which one file names another. */
import ts from 'typescript';
import { lineOf, type Source, walkNodes } from './source.ts';

export interface Import {
  /** As written: `./x.ts`, `node:fs`, `yaml`. */
  readonly specifier: string;
  readonly line: number;
  /** Path in the tree that a relative specifier names. */
  readonly target: string | undefined;
}

/** Static and dynamic imports, re-exports, `import('x')` types, require, and `new URL('x', import.meta.url)`. */
export function importsOf(source: Source): Import[] {
  const imports: Import[] = [];
  const add = (literal: ts.Node | undefined): void => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const specifier = literal.text;
    const target = specifier.startsWith('.') ? resolveFrom(source.path, specifier) : undefined;
    imports.push({ specifier, line: lineOf(source, literal), target });
  };
  walkNodes(source.ast, (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node) && isImportCall(node)) add(node.arguments[0]);
    else if (ts.isNewExpression(node) && isModuleUrl(node)) add(node.arguments?.[0]);
  });
  return imports;
}

function isImportCall({ expression }: ts.CallExpression): boolean {
  if (expression.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(expression) && expression.text === 'require';
}

function isModuleUrl(node: ts.NewExpression): boolean {
  const base = node.arguments?.[1];
  if (!ts.isIdentifier(node.expression) || node.expression.text !== 'URL' || base === undefined) return false;
  return base.getText() === 'import.meta.url';
}

function resolveFrom(path: string, specifier: string): string {
  const parts = path.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
