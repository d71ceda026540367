import { execFile } from 'node:child_process';

export interface RunOutput {
  readonly traceHash: string | undefined;
  readonly problem: string | undefined;
}

const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/**
 * One run of a scenario in a process of its own.
 *
 * @param node path of the executable
 * @param main path of the built command line
 */
export function runOnce(node: string, main: string, scenario: string, seed: number): Promise<RunOutput> {
  const args = [main, 'run', scenario, '--seed', String(seed), '--json'];
  return new Promise((resolve) => {
    execFile(node, args, { maxBuffer: OUTPUT_BYTES_MAX }, (error, stdout, stderr) => {
      const traceHash = traceHashOf(stdout);
      if (error === null && traceHash !== undefined) return resolve({ traceHash, problem: undefined });
      const said = essence(stderr);
      const end = error === null ? 'printed no traceHash' : `ended with ${error.code ?? error.signal}`;
      return resolve({ traceHash, problem: said === '' ? end : `${end}: ${said}` });
    });
  });
}

function traceHashOf(stdout: string): string | undefined {
  try {
    const { traceHash } = JSON.parse(stdout) as { traceHash?: unknown };
    return typeof traceHash === 'string' && traceHash !== '' ? traceHash : undefined;
  } catch {
    return undefined;
  }
}

/** The error of a crash, else the last words. */
function essence(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.slice(-2).join(' ');
}
