import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { plantedText } from './bug.ts';
import type { PlantedBug } from './bug.ts';

/** What a simulation consists of, as far as there is code of it. */
const FOLDERS = ['spec', 'protocol', 'sim', 'transports', 'apps', 'scenarios'];

/**
 * Puts a copy of everything that is built to `folder`, with the bug in it. `folder` is inside of the project, so that packages are found; the
 * modules that the bug is not in are links, and all of them are loaded anew, beside those of the product.
 */
export function graft(root: string, bug: PlantedBug, folder: string): void {
  for (const name of FOLDERS) {
    const built = join(root, 'dist', name);
    if (existsSync(built)) linkTree(built, join(folder, name));
  }
  const text = plantedText(root, bug);
  const target = join(folder, bug.file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { force: true });
  writeFileSync(target, bug.file.endsWith('.ts') ? compiled(text, bug.file) : text);
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (entry.name.endsWith('.js')) linkSync(source, target);
  }
}

function compiled(text: string, fileName: string): string {
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return outputText;
}
