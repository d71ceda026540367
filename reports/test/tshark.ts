import { execFileSync } from 'node:child_process';

/** Checksums are verified, names come from the file alone. */
const FLAGS = ['-n', '-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];

/** The version of the tshark on this machine, or why there is none. */
export function tsharkVersion(): { readonly found: boolean; readonly text: string } {
  try {
    return { found: true, text: run(['--version']).split('\n')[0] ?? '' };
  } catch {
    return { found: false, text: 'tshark is not installed: the capture is not opened by Wireshark here' };
  }
}

/** Fields of the packets that match `filter`, a row each. */
export function tsharkFields(
  file: string,
  filter: string,
  fields: readonly string[],
  more: readonly string[] = [],
): string[][] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const text = run(['-r', file, ...FLAGS, ...more, '-Y', filter, '-T', 'fields', ...wanted]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

function run(args: readonly string[]): string {
  return execFileSync('tshark', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28 });
}
