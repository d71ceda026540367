import { type Problem, describe } from '../language/problem.ts';
import { MESSAGE_BYTES_MAX, SizeDistribution, type SizePoint } from './size-distribution.ts';

type Read = { ok: true; distribution: SizeDistribution } | { ok: false; problems: Problem[] };

const HEADER = 'bytes,cdf';
const NUMBER = /^\d{1,18}(\.\d{1,18})?([eE][+-]?\d{1,2})?$/;

const FORMAT = `the file has a first line "${HEADER}", then lines such as "1460,0.5"; # starts a comment`;

/** Reads a distribution of message sizes: lines `bytes,cdf`, neither falling, the last cdf 1, `#` comments. */
export function parseDistribution(text: string, file: string): Read {
  const points: SizePoint[] = [];
  let isHeaderSeen = false;
  let lastLine = 1;
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.replace(/#.*/, '').trim();
    if (content === '') continue;
    lastLine = index + 1;
    if (!isHeaderSeen) {
      if (content.replace(/\s/g, '') !== HEADER) {
        return fail(file, lastLine, 1, `expected "${HEADER}", found ${describe(content)}`, FORMAT);
      }
      isHeaderSeen = true;
      continue;
    }
    const point = parsePoint(content, points.at(-1));
    if ('message' in point)
      return fail(file, lastLine, raw.indexOf(content[0]!) + 1, point.message, point.remedy);
    points.push(point);
  }
  const last = points.at(-1);
  if (last === undefined) return fail(file, lastLine, 1, 'there are no points', FORMAT);
  if (last.cdf !== 1) {
    return fail(
      file,
      lastLine,
      1,
      `the distribution ends at cdf ${last.cdf}`,
      'the last line is that of the largest size, with cdf 1',
    );
  }
  return { ok: true, distribution: new SizeDistribution(points) };
}

function parsePoint(
  line: string,
  before: SizePoint | undefined,
): SizePoint | { message: string; remedy: string } {
  const cells = line.split(',').map((cell) => cell.trim());
  const [bytesText = '', cdfText = ''] = cells;
  if (cells.length !== 2 || !NUMBER.test(bytesText) || !NUMBER.test(cdfText)) {
    return { message: `expected two numbers, found ${describe(line)}`, remedy: FORMAT };
  }
  const point = { bytes: Number(bytesText), cdf: Number(cdfText) };
  if (point.bytes < 1 || point.bytes > MESSAGE_BYTES_MAX) {
    return {
      message: `${bytesText} bytes is out of range`,
      remedy: `sizes are 1..${MESSAGE_BYTES_MAX} bytes`,
    };
  }
  if (point.cdf > 1) {
    return {
      message: `cdf ${cdfText} is more than 1`,
      remedy: 'cdf is a share from 0 to 1, not a percentage',
    };
  }
  if (before !== undefined && (point.bytes < before.bytes || point.cdf < before.cdf)) {
    const column = point.bytes < before.bytes ? 'bytes' : 'cdf';
    return {
      message: `${column} falls from ${before[column]} to ${point[column]}`,
      remedy: 'sort the lines: neither column ever falls',
    };
  }
  return point;
}

function fail(file: string, line: number, column: number, message: string, remedy: string): Read {
  return { ok: false, problems: [{ file, line, column, path: '', message, remedy }] };
}
