/** Child processes that get the signals their parent gets, so that nothing is left running behind a stopped command. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * How a child ended. `error` is set when it could not be started.
 *
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null, output: string, error?: Error }} ChildEnd
 */

/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, capture?: boolean, shell?: boolean }} [options] `capture` collects
 *   stdout and stderr together instead of showing them.
 * @returns {Promise<ChildEnd>}
 */
export function runChild(file, args, options = {}) {
  const { capture = false, ...rest } = options;
  return new Promise((resolve) => {
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = capture ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(file, args, { ...rest, stdio });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));

    const forwards = FORWARDED.map((name) => {
      // A terminal sends Ctrl-C to the whole group: the child has it already, a second one would be a harder stop.
      const forward = () => {
        if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
      };
      process.on(name, forward);
      return () => process.off(name, forward);
    });
    const end = (/** @type {Omit<ChildEnd, 'output'>} */ result) => {
      for (const stop of forwards) stop();
      resolve({ output: Buffer.concat(output).toString('utf8'), ...result });
    };
    child.on('error', (error) => end({ code: null, signal: null, error }));
    child.on('close', (code, signal) => end({ code, signal }));
  });
}

/**
 * Ends this process the way the child ended: same exit code, or the same signal.
 *
 * @param {ChildEnd} end
 */
export function exitLike(end) {
  if (end.error !== undefined) {
    console.error(`Could not start: ${end.error.message}`);
    process.exitCode = 1;
  } else if (end.signal !== null) {
    process.exitCode = 128 + (constants.signals[end.signal] ?? 0);
    process.kill(process.pid, end.signal);
  } else {
    process.exitCode = end.code ?? 1;
  }
}
