/**
 * Refuses a Node that cannot run the project. Old syntax on purpose, and no imports: this file is parsed by the very
 * versions it turns away.
 */
const NEEDED_MAJOR = 20;
const NEEDED_MINOR = 19;

export function refuseOldNode() {
  const have = process.versions.node;
  const parts = have.split('.');
  const major = Number(parts[0]);
  const minor = Number(parts[1]);
  if (major > NEEDED_MAJOR || (major === NEEDED_MAJOR && minor >= NEEDED_MINOR)) return;
  const needed = NEEDED_MAJOR + '.' + NEEDED_MINOR;
  console.error('dcQUIC needs Node ' + needed + ' or newer, and this is Node ' + have + '.');
  console.error('Install a current version from https://nodejs.org and run the same command again.');
  process.exit(1);
}
