import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Problem, loadScenario } from '../../language/index.ts';
import { example } from './example.ts';

const folder = mkdtempSync(join(tmpdir(), 'dcquic-scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array = ''): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The one problem of a file, its message without the path. */
function problemOf(path: string): Omit<Problem, 'file'> {
  const result = loadScenario(path);
  if (result.ok) throw new Error('the file was accepted');
  expect(result.problems).toHaveLength(1);
  const { file: named, message, ...rest } = result.problems[0]!;
  expect(named).toBe(path);
  return { ...rest, message: message.replaceAll(folder, '.') };
}

const START = { line: 1, column: 1, path: '' };

describe('a file that cannot be a scenario is one problem, whatever it is', () => {
  it('a missing file names what was probably meant', () => {
    file('incast.yaml', example());
    expect(problemOf(join(folder, 'incats.yaml'))).toEqual({
      ...START,
      message: 'no such file: ./incats.yaml',
      remedy: 'did you mean "incast.yaml"?',
    });
  });

  it('a missing folder', () => {
    const path = join(folder, 'nowhere', 'x.yaml');
    expect(problemOf(path)).toMatchObject({ message: 'no such file: ./nowhere/x.yaml' });
  });

  it('a directory', () => {
    const path = join(folder, 'directory.yaml');
    mkdirSync(path);
    expect(problemOf(path)).toEqual({
      ...START,
      message: './directory.yaml is a directory',
      remedy: 'name a file in it',
    });
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission', () => {
    const path = file('secret.yaml', example());
    chmodSync(path, 0);
    expect(problemOf(path)).toEqual({
      ...START,
      message: 'no permission to read ./secret.yaml',
      remedy: 'change its permissions, or run as a user who may read it',
    });
  });

  it.each([
    ['100 MB', 100_000_000],
    // More than Node can read at once: had the file been read before its size was checked, this would say so.
    ['3 GiB', 3_221_225_472],
  ])('%s of garbage are refused by their size', (_, size) => {
    const path = file('garbage.yaml');
    truncateSync(path, size);
    expect(problemOf(path)).toEqual({
      ...START,
      message: `./garbage.yaml is too large: ${size} bytes`,
      remedy: 'this kind of file has at most 1048576 bytes; check that it is the right one',
    });
    rmSync(path);
  });

  it('binary content', () => {
    const path = file('program.yaml', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00));
    expect(problemOf(path)).toEqual({
      ...START,
      message: './program.yaml is not a text file',
      remedy: 'give a file in UTF-8',
    });
  });

  it.skipIf(process.platform === 'win32')('a device, which would never end', () => {
    expect(problemOf('/dev/null')).toMatchObject({ remedy: 'name a file, not a device or a pipe' });
  });

  it('not YAML', () => {
    const path = file('not.yaml', '{ "version": 1, \n  <html>: [');
    expect(problemOf(path)).toMatchObject({
      line: 2,
      remedy: 'align this line with its neighbours; an open bracket or brace must be closed first',
    });
  });
});

describe('distribution files', () => {
  const using = (source: string): string => file('with-file.yaml', example(['450KB', `file:${source}`]));

  it('are found beside the scenario', () => {
    file('sizes.csv', 'bytes,cdf\n100,0\n300,1\n');
    const result = loadScenario(using('sizes.csv'));
    expect(result).toMatchObject({
      ok: true,
      scenario: { workloads: [{ request: { source: 'file:sizes.csv', distribution: { meanBytes: 200 } } }] },
    });
  });

  it('that are missing are a problem where the scenario names them', () => {
    expect(problemOf(using('absent.csv'))).toMatchObject({
      line: 12,
      path: 'workload[0].request',
      message: 'no such file: ./absent.csv',
    });
  });

  it('that are wrong are a problem in their own lines', () => {
    const csv = file('wrong.csv', '# sizes\nbytes,cdf\n100,0\n300,50\n');
    const result = loadScenario(using('wrong.csv'));
    expect(result).toEqual({
      ok: false,
      problems: [
        {
          file: csv,
          line: 4,
          column: 1,
          path: '',
          message: 'cdf 50 is more than 1',
          remedy: 'cdf is a share from 0 to 1, not a percentage',
        },
      ],
    });
  });
});
