import ts from 'typescript';
import type { Finding } from './finding.ts';
import {
  BANNED_GLOBALS,
  BANNED_METHODS,
  EXACT_MATH,
  MATH_RANDOM_REMEDY,
  MATH_REMEDY,
  POWER_REMEDY,
  PURE_FOLDERS,
} from './names.ts';
import { lineOf, type Source, walkNodes } from './source.ts';

/** Clocks, timers, randomness, host objects and inexact arithmetic in folders that must be deterministic. */
export function bannedNames(source: Source): Finding[] {
  if (!PURE_FOLDERS.includes(source.folder) || source.isTest) return [];
  const findings: Finding[] = [];
  const own = declaredNames(source.ast);
  const report = (node: ts.Node, subject: string, remedy: string): void => {
    findings.push({ rule: 'banned-name', path: source.path, line: lineOf(source, node), subject, remedy });
  };
  walkNodes(source.ast, (node) => {
    if (ts.isIdentifier(node)) {
      const global = BANNED_GLOBALS.get(node.text);
      if (global !== undefined && isReference(node) && !own.has(node.text)) report(node, node.text, global);
      if (node.text === 'Math' && isReference(node)) checkMath(node, report);
    } else if (ts.isPropertyAccessExpression(node)) {
      const method = BANNED_METHODS.get(node.name.text);
      if (method !== undefined) report(node.name, node.name.text, method);
    } else if (ts.isBinaryExpression(node) && isInexactPower(node)) {
      report(node.operatorToken, node.operatorToken.getText(), POWER_REMEDY);
    }
  });
  return findings;
}

type Report = (node: ts.Node, subject: string, remedy: string) => void;

function checkMath(math: ts.Identifier, report: Report): void {
  const { parent } = math;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === math) {
    const member = parent.name.text;
    const remedy = member === 'random' ? MATH_RANDOM_REMEDY : MATH_REMEDY;
    if (!EXACT_MATH.has(member)) report(math, `Math.${member}`, remedy);
  } else {
    // Math['exp'], const { exp } = Math: the member is out of sight.
    report(math, 'Math', 'write Math.member, so that the member can be checked');
  }
}

/** `2 ** 32` is a constant; with any other operand it is Math.pow. */
function isInexactPower({ left, right, operatorToken }: ts.BinaryExpression): boolean {
  if (operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return true;
  if (operatorToken.kind !== ts.SyntaxKind.AsteriskAsteriskToken) return false;
  const isConstant = (node: ts.Node): boolean => ts.isNumericLiteral(node) || ts.isBigIntLiteral(node);
  return !isConstant(left) || !isConstant(right);
}

/** Whether the identifier is used as a value or type of that name, rather than as a property or label. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  const named = parent as ts.Node & { name?: ts.Node; propertyName?: ts.Node };
  return named.name !== node && named.propertyName !== node;
}

/** Names that the file declares itself: a parameter `process` is not the global. */
function declaredNames(ast: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  walkNodes(ast, (node) => {
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isImportClause(node) ||
      ts.isNamespaceImport(node);
    if (declares && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}
