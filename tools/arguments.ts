import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

/** What the person wrote after `npm run NAME --`; a wrong option ends the process with exit code 1 and says where the right ones are. */
export function readArguments<T extends ParseArgsConfig>(
  name: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${name}: ${(error as Error).message}\nThe options: npm run ${name} -- --help`);
    process.exit(1);
  }
}
