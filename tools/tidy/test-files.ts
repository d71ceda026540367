/** Rules of test files: each test can fail, all of them run, and none of them waits. */
import ts from 'typescript';
import type { Finding, Rule } from './finding.ts';
import { importsOf } from './imports.ts';
import { lineOf, type Source, walkNodes } from './source.ts';

const TEST_FUNCTIONS = new Set(['it', 'test']);
const RUNNER_NAMES = new Set(['it', 'test', 'describe', 'suite', 'bench']);
const SLEEPS = new Set(['setTimeout', 'setInterval']);
/** A function with such a name does the asserting; waitFor rejects when what it waits for does not come. */
const ASSERTING = /^(expect|assert|check|verify|must|waitFor)([A-Z]|$)/;

export function testFiles(source: Source): Finding[] {
  if (!source.path.endsWith('.test.ts')) return sleeps(source);
  return [...location(source), ...focused(source), ...withoutExpect(source), ...sleeps(source)];
}

function location({ path }: Source): Finding[] {
  if (/^[^/]+\/test\//.test(path)) return [];
  return [
    finding('test-location', path, 1, path, 'tests live in <folder>/test/, elsewhere none of them runs'),
  ];
}

function focused(source: Source): Finding[] {
  const findings: Finding[] = [];
  walkNodes(source.ast, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !['only', 'skip', 'todo', 'fails'].includes(node.name.text))
      return;
    const runner = rootName(node);
    if (runner === undefined || !RUNNER_NAMES.has(runner)) return;
    const subject = `${runner}.${node.name.text}`;
    const remedy = 'run every test; skipIf(condition) is for what a machine cannot do';
    findings.push(finding('focused-test', source.path, lineOf(source, node), subject, remedy));
  });
  return findings;
}

function withoutExpect(source: Source): Finding[] {
  const helpers = assertingHelpers(source.ast);
  const findings: Finding[] = [];
  walkNodes(source.ast, (node) => {
    if (!ts.isCallExpression(node)) return;
    const runner = rootName(node.expression);
    const body = node.arguments.find(isFunction);
    if (runner === undefined || !TEST_FUNCTIONS.has(runner) || body === undefined) return;
    if (asserts(body, helpers) || (isProperty(node.expression) && returnsValue(body))) return;
    const subject = node.arguments[0]?.getText(source.ast) ?? 'test';
    const remedy = 'it cannot fail: say with expect what would be wrong';
    findings.push(finding('test-without-expect', source.path, lineOf(source, node), subject, remedy));
  });
  return findings;
}

function sleeps(source: Source): Finding[] {
  if (!source.isTest) return [];
  const findings: Finding[] = [];
  const remedy = 'wait for the event itself, or use simulated time';
  walkNodes(source.ast, (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    const name = node.expression.text;
    if (!SLEEPS.has(name)) return;
    findings.push(finding('sleep-in-test', source.path, lineOf(source, node), name, remedy));
  });
  for (const { specifier, line } of importsOf(source)) {
    if (specifier !== 'node:timers/promises') continue;
    findings.push(finding('sleep-in-test', source.path, line, specifier, remedy));
  }
  return findings;
}

/** Functions of the file that assert, also through each other. */
function assertingHelpers(ast: ts.SourceFile): ReadonlySet<string> {
  const bodies = new Map<string, ts.Node>();
  walkNodes(ast, (node) => {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) bodies.set(node.name.text, node);
    const isLambda =
      ts.isVariableDeclaration(node) && node.initializer !== undefined && isFunction(node.initializer);
    if (isLambda && ts.isIdentifier(node.name)) bodies.set(node.name.text, node);
  });
  const helpers = new Set<string>();
  for (let grew = true; grew;) {
    grew = false;
    for (const [name, body] of bodies) {
      if (helpers.has(name) || !asserts(body, helpers)) continue;
      helpers.add(name);
      grew = true;
    }
  }
  return helpers;
}

function asserts(body: ts.Node, helpers: ReadonlySet<string>): boolean {
  let found = false;
  walkNodes(body, (node) => {
    // A loop of a million steps says `if (wrong) throw`, because expect() is slow.
    found ||= ts.isIfStatement(node) && throws(node.thenStatement);
    if (!ts.isCallExpression(node)) return;
    const called = node.expression;
    const name = ts.isPropertyAccessExpression(called) ? called.name.text : called.getText();
    found ||= ASSERTING.test(name) || rootName(called) === 'expect' || helpers.has(name);
  });
  return found;
}

function throws(branch: ts.Statement): boolean {
  return ts.isBlock(branch) ? branch.statements.some(ts.isThrowStatement) : ts.isThrowStatement(branch);
}

/** `test.prop([…])('…', (x) => boolean)`: the value is the verdict. */
function isProperty(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression)) return false;
  const called = expression.expression;
  return ts.isPropertyAccessExpression(called) && called.name.text === 'prop';
}

function returnsValue(body: ts.Node): boolean {
  if (ts.isArrowFunction(body) && !ts.isBlock(body.body)) return true;
  let found = false;
  walkNodes(body, (node) => {
    found ||= ts.isReturnStatement(node) && node.expression !== undefined;
  });
  return found;
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** `test` of `test.each(rows)`, `it` of `it.concurrent.only`. */
function rootName(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) return rootName(node.expression);
  return ts.isTaggedTemplateExpression(node) ? rootName(node.tag) : undefined;
}

function finding(rule: Rule, path: string, line: number, subject: string, remedy: string): Finding {
  return { rule, path, line, subject, remedy };
}
