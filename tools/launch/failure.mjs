/** Why an install or a build failed, in words that say what to do. */

/** A failure the person at the keyboard can act on; printed without a stack. */
export class LaunchError extends Error {
  /** @param {string} message @param {string} [detail] what the failing program itself said */
  constructor(message, detail = '') {
    super(message);
    this.detail = detail;
  }
}

const CAUSES = [
  {
    pattern: /ENOSPC|no space left/i,
    text: 'The disk is full. Free some space (the installed and built project takes about 150 MB) and run this again.',
  },
  {
    pattern: /EROFS|read-only file system/i,
    text: 'The file system is read-only. Copy the project to a place that can be written and run this again.',
  },
  {
    pattern: /EACCES|EPERM|permission denied/i,
    text: 'This user may not write here. Change the owner of the folder, or copy the project, and run this again.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/,
    text: 'The npm registry could not be reached. The first run downloads the dependencies: check the network, the proxy and `npm config get registry`, and run this again.',
  },
  {
    pattern: /EUSAGE|in sync/,
    text: 'package-lock.json does not match package.json. Run `npm install` and commit the lock file.',
  },
];

/**
 * @param {string} doing what was attempted, as in `npm ci`
 * @param {string} output everything the program printed
 */
export function explain(doing, output) {
  const cause = CAUSES.find(({ pattern }) => pattern.test(output));
  const text = cause?.text ?? 'It said:';
  return new LaunchError(`${doing} failed. ${text}`, excerpt(output, cause === undefined ? 40 : 6));
}

/**
 * Runs the main function of a launcher, and prints a LaunchError as what it is.
 *
 * @param {() => Promise<void>} main
 */
export async function orExplain(main) {
  try {
    await main();
  } catch (error) {
    const launch = error instanceof LaunchError ? error : fromSystem(error);
    if (launch === undefined) throw error;
    console.error(launch.message);
    if (launch.detail !== '') console.error(launch.detail.replace(/^/gm, '  '));
    process.exitCode = 1;
  }
}

/**
 * A failed file operation of the launcher itself (making dist/, writing the stamp).
 *
 * @param {any} error
 */
function fromSystem(error) {
  if (typeof error?.code !== 'string' || typeof error?.syscall !== 'string') return undefined;
  return explain(`${error.syscall} ${error.path ?? ''}`.trim(), error.message);
}

/**
 * npm says the cause first, a long build says it anywhere: both ends of what was printed.
 *
 * @param {string} text
 * @param {number} linesMax
 */
function excerpt(text, linesMax) {
  const lines = text.trimEnd().split('\n');
  if (lines.length <= linesMax) return lines.join('\n');
  const head = lines.slice(0, linesMax / 2);
  const tail = lines.slice(-linesMax / 2);
  return [...head, `… ${lines.length - linesMax} lines …`, ...tail].join('\n');
}
