import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { costsOf, type CpuProfile } from '../profile.ts';

const ROOT = join(import.meta.dirname, '..', '..');

it('a profile is summed up by function and by file, by the time on top, without the time nothing ran', () => {
  const url = (file: string): string => pathToFileURL(join(ROOT, 'dist', file)).href;
  const frame = (
    functionName: string,
    file: string,
    lineNumber: number,
  ): CpuProfile['nodes'][0]['callFrame'] => {
    return { functionName, url: file === '' ? '' : url(file), lineNumber };
  };
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(idle)', '', -1) },
      { id: 2, callFrame: frame('pop', 'sim/kernel/queue.js', 10) },
      // The same function, reached another way.
      { id: 3, callFrame: frame('pop', 'sim/kernel/queue.js', 10) },
      { id: 4, callFrame: frame('', 'sim/kernel/queue.js', 20) },
      { id: 5, callFrame: frame('(garbage collector)', '', -1) },
    ],
    samples: [1, 2, 3, 4, 5],
    timeDeltas: [1000, 10, 20, 30, 40],
  };
  expect(costsOf(profile)).toEqual({
    functions: [
      { what: '(garbage collector)', share: 0.4 },
      { what: 'pop  sim/kernel/queue.ts', share: 0.3 },
      { what: '(anonymous, line 21)  sim/kernel/queue.ts', share: 0.3 },
    ],
    files: [
      { what: 'sim/kernel/queue.ts', share: 0.6 },
      { what: '(engine)', share: 0.4 },
    ],
  });
});
