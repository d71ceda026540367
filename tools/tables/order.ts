import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { TABLES } from '../../reports/tables/all.ts';
import { readArguments } from '../arguments.ts';

/** What the person wants. */
export interface Order {
  tables: string[];
  seeds: number[];
  scale: number;
  /** None: all. */
  rows: string[];
  jobs: number;
  out: string;
  record: boolean;
  json: boolean;
  /** What measures one table again. */
  commandOf: (table: string) => string;
}

const SEEDS_MAX = 100;

/** Undefined: --list. 'page': --page. What is wrong ends the process with exit code 1, and says what would be right. */
export function orderOf(args: readonly string[]): Order | 'page' | undefined {
  const { values, positionals } = readArguments('tables', {
    args: [...args],
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '1..3' },
      scale: { type: 'string', default: '1' },
      rows: { type: 'string', default: '' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      out: { type: 'string', default: 'out/tables' },
      record: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.list) return undefined;
  if (values.page) return 'page';
  const names = TABLES.map(({ name }) => name);
  const tables = positionals.includes('all') ? names : positionals;
  if (tables.length === 0) refuse(`which table? ${names.join(', ')} or all`);
  const stranger = tables.find((name) => !names.includes(name));
  if (stranger !== undefined) refuse(`there is no table ${stranger}: ${names.join(', ')} or all`);
  const rows = values.rows.split(',').filter((row) => row !== '');
  const keys = TABLES.filter(({ name }) => tables.includes(name)).flatMap((table) =>
    table.rows.map(({ key }) => key),
  );
  const strangeRow = rows.find((row) => !keys.includes(row));
  if (strangeRow !== undefined) refuse(`--rows: there is no row ${strangeRow}: ${keys.join(', ')}`);
  const scale = Number(values.scale);
  if (!(scale >= 0.01 && scale <= 1)) refuse(`--scale takes a number from 0.01 to 1, not ${values.scale}`);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) refuse(`--jobs takes a whole number from 1, not ${values.jobs}`);
  return {
    tables,
    seeds: seedsOf(values.seeds),
    scale,
    rows,
    jobs,
    out: resolve(values.out),
    record: values.record,
    json: values.json,
    commandOf: (table) => commandOf(table, values.seeds, values.scale, values.rows),
  };
}

function seedsOf(text: string): number[] {
  const match = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || last < first)
    return refuse(`--seeds takes one seed or a range such as 1..3, not ${text}`);
  if (last - first >= SEEDS_MAX) return refuse(`--seeds ${text} are more than ${SEEDS_MAX} seeds`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function commandOf(table: string, seeds: string, scale: string, rows: string): string {
  const options = [
    seeds !== '1..3' && `--seeds ${seeds}`,
    scale !== '1' && `--scale ${scale}`,
    rows !== '' && `--rows ${rows}`,
  ];
  return ['npm run tables --', table, ...options.filter((option) => option !== false)].join(' ');
}

function refuse(message: string): never {
  console.error(`tables: ${message}\nThe options: npm run tables -- --help`);
  process.exit(1);
}
