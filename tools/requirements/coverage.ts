/** Which requirement is implemented and tested where. */
import { type Citation, citationsIn, type Malformed } from './citation.ts';
import { areaOf, type Item, type Kind } from './item.ts';

export type Status = 'done' | 'tested only' | 'code only' | 'nothing yet';

export interface Row {
  readonly item: Item;
  /** `path:line`, in order of path. */
  readonly implemented: readonly string[];
  readonly tested: readonly string[];
  readonly status: Status;
}

export interface AreaTotal {
  readonly kind: Kind;
  readonly area: string;
  readonly total: number;
  readonly counts: Readonly<Record<Status, number>>;
}

export interface Coverage {
  readonly rows: readonly Row[];
  readonly totals: readonly AreaTotal[];
  /** Citations of ids that are defined nowhere. */
  readonly unknown: readonly Citation[];
  readonly malformed: readonly Malformed[];
}

/** @param files text by path; those in a folder `test` count as tests */
export function coverageOf(items: readonly Item[], files: Readonly<Record<string, string>>): Coverage {
  const citations: Citation[] = [];
  const malformed: Malformed[] = [];
  for (const path of Object.keys(files).sort()) {
    const found = citationsIn(path, files[path] ?? '');
    citations.push(...found.citations);
    malformed.push(...found.malformed);
  }
  const byKey = groupByKey(citations);
  const rows = items.map((item) => rowOf(item, byKey.get(keyOf(item)) ?? []));
  const known = new Set(items.map(keyOf));
  const unknown = citations.filter((citation) => !known.has(keyOf(citation)));
  return { rows, totals: totalsOf(rows), unknown, malformed };
}

function rowOf(item: Item, citations: readonly Citation[]): Row {
  const places = (wanted: boolean): string[] =>
    citations.filter(({ path }) => isTest(path) === wanted).map(({ path, line }) => `${path}:${line}`);
  const implemented = places(false);
  const tested = places(true);
  return { item, implemented, tested, status: statusOf(item, implemented.length > 0, tested.length > 0) };
}

function statusOf({ id }: Item, implemented: boolean, tested: boolean): Status {
  // What asks for a test is done by the test.
  if (areaOf(id) === 'TEST' && tested) return 'done';
  if (implemented) return tested ? 'done' : 'code only';
  return tested ? 'tested only' : 'nothing yet';
}

function totalsOf(rows: readonly Row[]): AreaTotal[] {
  const totals = new Map<
    string,
    { kind: Kind; area: string; total: number; counts: Record<Status, number> }
  >();
  for (const { item, status } of rows) {
    const area = areaOf(item.id);
    const key = `${item.kind} ${area}`;
    const none = { done: 0, 'tested only': 0, 'code only': 0, 'nothing yet': 0 };
    const total = totals.get(key) ?? { kind: item.kind, area, total: 0, counts: none };
    total.total += 1;
    total.counts[status] += 1;
    totals.set(key, total);
  }
  return [...totals.values()];
}

function isTest(path: string): boolean {
  return /(^|\/)test\//.test(path);
}

/** `REQ POOL-3`. */
export function keyOf({ kind, id }: { kind: Kind; id: string }): string {
  return `${kind} ${id}`;
}

function groupByKey(citations: readonly Citation[]): ReadonlyMap<string, Citation[]> {
  const groups = new Map<string, Citation[]>();
  for (const citation of citations) {
    const group = groups.get(keyOf(citation));
    if (group === undefined) groups.set(keyOf(citation), [citation]);
    else group.push(citation);
  }
  return groups;
}
