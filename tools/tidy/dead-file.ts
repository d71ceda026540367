import type { Finding } from './finding.ts';
import { importsOf } from './imports.ts';
import type { Source, Tree } from './source.ts';

/** Code that nothing reaches: not from package.json, not from a test, not from a configuration file. */
export function deadFiles(tree: Tree): Finding[] {
  const byPath = new Map(tree.sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) return;
    reached.add(path);
    for (const { target } of importsOf(source)) if (target !== undefined) visit(target);
  };
  for (const path of entryPoints(tree)) visit(path);
  const dead = tree.sources.filter((source) => !reached.has(source.path) && !isLoadedByPath(source));
  const remedy = 'nothing imports it: delete it, or import it where it is needed';
  return dead.map(({ path }) => ({ rule: 'dead-file', path, line: 1, subject: 'file', remedy }));
}

/** Generated code is as complete as its table; plain JavaScript beside tests is data that a command loads, an example what readers run. */
function isLoadedByPath({ path, isGenerated, isTest }: Source): boolean {
  return isGenerated || (isTest && path.endsWith('.mjs')) || path.startsWith('docs/examples/');
}

function* entryPoints(tree: Tree): Iterable<string> {
  for (const { path, folder } of tree.sources) {
    if (path.endsWith('.test.ts') || (folder === '' && path.includes('.config.'))) yield path;
  }
  // bin, exports and scripts name files as `dist/cli/main.js`, `tools/start.mjs`, or `tools/golden` (a built module).
  for (const [word] of tree.manifest.matchAll(/[\w.-]+(\/[\w.-]+)+/g)) {
    const path = word.replace(/^(\.\/)?(dist\/)?/, '');
    for (const candidate of [path, path.replace(/\.js$/, '.ts'), `${path}.ts`]) {
      if (tree.paths.has(candidate)) yield candidate;
    }
  }
}
