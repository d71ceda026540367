import type { Finding } from './finding.ts';
import { type Import, importsOf } from './imports.ts';
import { PURE_FOLDERS } from './names.ts';
import type { Source } from './source.ts';

/** Folder → the folders it may import. Imports go to the left only; the last three compose the rest. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  protocol: ['spec'],
  sim: ['spec', 'protocol'],
  transports: ['spec', 'protocol'],
  apps: ['protocol'],
  scenarios: ['spec', 'protocol', 'sim', 'transports', 'apps'],
  reports: ['spec', 'protocol', 'sim', 'transports', 'apps', 'scenarios'],
  bench: ['spec', 'protocol', 'sim', 'transports', 'apps', 'scenarios', 'reports'],
  tools: ['spec', 'protocol', 'sim', 'transports', 'apps', 'scenarios', 'reports'],
  cli: ['spec', 'protocol', 'sim', 'transports', 'apps', 'scenarios', 'reports'],
  // Examples name the package, as their readers do.
  docs: [],
};

/** Parts of a folder that may use less than the folder. The machinery of the simulator would simulate any protocol. */
export const NARROWER: readonly { readonly inside: string; readonly only: readonly string[] }[] = [
  { inside: 'sim/kernel/', only: ['sim/', 'protocol/core/'] },
  { inside: 'sim/random/', only: ['sim/', 'protocol/core/'] },
  { inside: 'sim/trace/', only: ['sim/', 'protocol/core/'] },
  { inside: 'sim/net/', only: ['sim/', 'protocol/core/'] },
  { inside: 'protocol/core/', only: ['protocol/core/', 'spec/'] },
];

/** Folders that run only in a checkout, so that they may import devDependencies. */
const CHECKOUT_ONLY = ['tools', 'bench', ''];

/** What `dcquic/testing` is made of; it alone may import optional peerDependencies. */
const FOR_TESTS = 'scenarios/testing/';

/** Imports that go the wrong way between folders. Tests may import anything but other folders' tests. */
export function importDirection(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { target, line } of importsOf(source)) {
    const remedy = target === undefined ? undefined : wrongWay(source, target);
    if (target === undefined || remedy === undefined) continue;
    findings.push({ rule: 'import-direction', path: source.path, line, subject: target, remedy });
  }
  return findings;
}

function wrongWay(source: Source, target: string): string | undefined {
  const to = target.slice(0, target.indexOf('/'));
  if (source.isTest || source.folder === '') return undefined;
  if (/(^|\/)test\//.test(target)) return 'code does not depend on tests: move what both need out of test/';
  const allowed = MAY_IMPORT[source.folder];
  if (allowed === undefined) return `say in tools/tidy/direction.ts what ${source.folder}/ may import`;
  if (to !== source.folder && !allowed.includes(to)) {
    return `${source.folder}/ imports only ${list(allowed)}: move the code to the right, or pass it in as an argument`;
  }
  const narrow = NARROWER.find(({ inside }) => source.path.startsWith(inside));
  if (narrow === undefined || narrow.only.some((prefix) => target.startsWith(prefix))) return undefined;
  return `${narrow.inside} imports only ${list(narrow.only)}: bind it from a file outside`;
}

/** Node modules and packages where they may not be: pure folders have none, shipped code no devDependency. */
export function packageImports(source: Source, manifest: string): Finding[] {
  if (source.isTest) return [];
  const findings: Finding[] = [];
  for (const found of importsOf(source)) {
    const remedy = found.target === undefined ? wrongPackage(source, found, manifest) : undefined;
    if (remedy === undefined) continue;
    const { specifier: subject, line } = found;
    findings.push({ rule: 'package-import', path: source.path, line, subject, remedy });
  }
  return findings;
}

function wrongPackage(source: Source, { specifier }: Import, manifest: string): string | undefined {
  if (PURE_FOLDERS.includes(source.folder)) {
    return `${source.folder}/ runs anywhere: inject what is needed from transports/, scenarios/ or cli/`;
  }
  if (specifier.startsWith('node:') || CHECKOUT_ONLY.includes(source.folder)) return undefined;
  const {
    name: self,
    dependencies = {},
    peerDependencies = {},
  } = JSON.parse(manifest) as {
    name?: string;
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (name in dependencies || (name === self && source.folder === 'docs')) return undefined;
  if (name in peerDependencies && source.path.startsWith(FOR_TESTS)) return undefined;
  return 'who installs dcquic does not get it: name it in dependencies, or do without';
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'itself' : names.join(', ');
}
