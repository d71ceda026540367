import { readFileSync } from 'node:fs';

/** `0-3,8` as Linux writes it: 0, 1, 2, 3, 8. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** A file of the kernel; undefined where it is not. */
export type ReadKernel = (path: string) => string | undefined;

export const readKernel: ReadKernel = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};
