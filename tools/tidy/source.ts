/** The tree that the tidy rules look at: read from disk, or given as strings by the tests of the rules. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export interface Source {
  /** Relative to the project, with `/`. */
  readonly path: string;
  /** First part of the path: `protocol`, `sim`, … or `` for a file at the top. */
  readonly folder: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
  readonly isTest: boolean;
  readonly isGenerated: boolean;
}

export interface Tree {
  readonly sources: readonly Source[];
  /** Every path of the tree, so that a rule can ask what exists. */
  readonly paths: ReadonlySet<string>;
  /** Text of package.json. */
  readonly manifest: string;
}

const SKIPPED = new Set(['node_modules', 'dist', 'out', 'coverage']);
const CODE = /\.(ts|mjs)$/;

/** @param files text by path; only code and package.json need their true text */
export function treeOf(files: Readonly<Record<string, string>>): Tree {
  const paths = Object.keys(files);
  return {
    sources: paths.filter((path) => CODE.test(path)).map((path) => sourceOf(path, files[path] ?? '')),
    paths: new Set(paths),
    manifest: files['package.json'] ?? '{}',
  };
}

export function sourceOf(path: string, text: string): Source {
  return {
    path,
    folder: path.includes('/') ? path.slice(0, path.indexOf('/')) : '',
    text,
    ast: ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true),
    isTest: /(^|\/)test\//.test(path),
    isGenerated: path.includes('/generated/'),
  };
}

export function readTree(root: string): Tree {
  const files: Record<string, string> = {};
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name) && !entry.name.startsWith('.')) walk(path);
      } else {
        const wanted = CODE.test(path) || path === 'package.json';
        files[path] = wanted ? readFileSync(join(root, path), 'utf8') : '';
      }
    }
  };
  walk('');
  return treeOf(files);
}

/** 1-based line of a node's first token. */
export function lineOf(source: Source, node: ts.Node): number {
  return source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast)).line + 1;
}

/** Visits a node and everything below it. */
export function walkNodes(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walkNodes(child, visit));
}
