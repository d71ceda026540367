/**
 * Refuses a Node that cannot run the project. Old syntax on purpose, and no imports: this file is parsed by the very
 * versions it turns away.
 */
const NEEDED_MAJOR = 20;
const NEEDED_MINOR = 19;

/**
 * @param {string} version as in process.versions.node
 */
export function isTooOld(version) {
  const parts = version.split('.');
  const major = Number(parts[0]);
  return major < NEEDED_MAJOR || (major === NEEDED_MAJOR && Number(parts[1]) < NEEDED_MINOR);
}

/** Ends the process with a clear message when its Node is too old. */
export function refuseOldNode() {
  const have = process.versions.node;
  if (!isTooOld(have)) return;
  const needed = NEEDED_MAJOR + '.' + NEEDED_MINOR;
  console.error('dcQUIC needs Node ' + needed + ' or newer, and this is Node ' + have + '.');
  console.error('Install a current version from https://nodejs.org and run the same command again.');
  process.exit(1);
}
