import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reproductionLine } from '../run/reproduction.ts';
import { shellCommand } from '../shell.ts';

const word = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom("it's", '$HOME', '`id`', 'a b', '*', '"', '\\', '!x', '~', 'a\nb', 'workload[0].load=0.6'),
);
/** What no argument of a process can hold. */
const isPossible = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);

test.skipIf(process.platform === 'win32')('a command line means the same words to a shell', () => {
  const words = fc.array(word.filter(isPossible), { minLength: 1, maxLength: 5 });
  const property = fc.property(words, (given) => {
    const output = execFileSync('sh', ['-c', `printf '%s\\0' ${shellCommand(given)}`], { encoding: 'utf8' });
    expect(output.split('\0').slice(0, -1)).toEqual(given);
  });
  fc.assert(property, { numRuns: 50 });
});

test('a reproducing line has everything that the run depended on, and nothing else', () => {
  const request = { seed: 7, set: ['workload[0].load=0.6'], with: ['./bug.mjs'], exchange: 3 };
  expect(reproductionLine({ file: 'a b.yaml', ...request })).toBe(
    "dcquic run 'a b.yaml' --seed 7 --set 'workload[0].load=0.6' --with ./bug.mjs --exchange 3",
  );
  expect(reproductionLine({ file: '-x.yaml', seed: 1, set: [], with: [], exchange: undefined })).toBe(
    'dcquic run ./-x.yaml --seed 1',
  );
});
