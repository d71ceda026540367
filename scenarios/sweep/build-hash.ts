import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What a simulation is made of. */
const PARTS = ['protocol', 'sim', 'transports', 'scenarios'];

/** Of the built program: a journal of another build may hold results that this one would not give. `root` is the folder of the parts. */
export function buildHash(root: string): string {
  const hash = createHash('sha256');
  for (const part of PARTS) {
    const names = readdirSync(join(root, part), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((one) => one.endsWith('.js')).sort()) {
      hash.update(`${part}/${name.replaceAll(sep, '/')}\n`).update(readFileSync(join(root, part, name)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
