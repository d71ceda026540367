import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { parseDistribution } from '../../distributions/csv.ts';

function problem(text: string): string {
  const read = parseDistribution(text, 'sizes.csv');
  if (read.ok) throw new Error('accepted');
  const [{ file, line, column, message, remedy }] = read.problems as [(typeof read.problems)[number]];
  return `${file}:${line}:${column} ${message} | ${remedy}`;
}

const FORMAT = 'the file has a first line "bytes,cdf", then lines such as "1460,0.5"; # starts a comment';

describe('a distribution file', () => {
  it('is lines of bytes and cdf, with comments, blanks and any line end', () => {
    const read = parseDistribution(
      '# sizes\r\nbytes, cdf\r\n\r\n 10 , 0.25 # small\r\n1.5e+03,1\r\n',
      'sizes.csv',
    );
    expect(read.ok && read.distribution.points).toEqual([
      { bytes: 10, cdf: 0.25 },
      { bytes: 1500, cdf: 1 },
    ]);
  });

  it.each([
    ['empty', '', `sizes.csv:1:1 there are no points | ${FORMAT}`],
    ['no points', 'bytes,cdf\n', `sizes.csv:1:1 there are no points | ${FORMAT}`],
    ['no header', '10,0\n20,1\n', `sizes.csv:1:1 expected "bytes,cdf", found "10,0" | ${FORMAT}`],
    [
      'another header',
      '# x\n\nsize,cdf\n',
      `sizes.csv:3:1 expected "bytes,cdf", found "size,cdf" | ${FORMAT}`,
    ],
    ['a word', 'bytes,cdf\n10,0\nmany,1\n', `sizes.csv:3:1 expected two numbers, found "many,1" | ${FORMAT}`],
    [
      'three columns',
      'bytes,cdf\n10,0,1\n',
      `sizes.csv:2:1 expected two numbers, found "10,0,1" | ${FORMAT}`,
    ],
    [
      'a negative number',
      'bytes,cdf\n  -1,0\n',
      `sizes.csv:2:3 expected two numbers, found "-1,0" | ${FORMAT}`,
    ],
    ['not a number', 'bytes,cdf\nNaN,0\n', `sizes.csv:2:1 expected two numbers, found "NaN,0" | ${FORMAT}`],
    [
      'a message of nothing',
      'bytes,cdf\n0,0\n',
      'sizes.csv:2:1 0 bytes is out of range | sizes are 1..1073741824 bytes',
    ],
    [
      'a message beyond memory',
      'bytes,cdf\n1e12,1\n',
      'sizes.csv:2:1 1e12 bytes is out of range | sizes are 1..1073741824 bytes',
    ],
    [
      'percentages',
      'bytes,cdf\n10,50\n',
      'sizes.csv:2:1 cdf 50 is more than 1 | cdf is a share from 0 to 1, not a percentage',
    ],
    [
      'a falling cdf',
      'bytes,cdf\n10,0.5\n20,0.4\n',
      'sizes.csv:3:1 cdf falls from 0.5 to 0.4 | sort the lines: neither column ever falls',
    ],
    [
      'falling sizes',
      'bytes,cdf\n10,0.5\n9,1\n',
      'sizes.csv:3:1 bytes falls from 10 to 9 | sort the lines: neither column ever falls',
    ],
    [
      'no end',
      'bytes,cdf\n10,0.5\n20,0.9\n# end\n',
      'sizes.csv:3:1 the distribution ends at cdf 0.9 | the last line is that of the largest size, with cdf 1',
    ],
  ])('%s is refused with line and remedy', (_, text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  test.prop([
    fc.array(fc.constantFrom('bytes,cdf', '\n', '1', '0.5', ',', '#', ' ', 'x', 'e9', '.'), {
      maxLength: 30,
    }),
  ])('random text is read or refused, and never throws', (parts) => {
    const read = parseDistribution(parts.join(''), 'sizes.csv');
    expect(read.ok ? read.distribution.points.length : read.problems.length).toBeGreaterThan(0);
  });
});
