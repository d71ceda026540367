/** MUSTs that lack a citation for a reason: spec/coverage-exceptions.yaml. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Coverage, Row } from './coverage.ts';

/** By id of the MUST. */
export type MustExceptions = Readonly<Record<string, MustException>>;

export interface MustException {
  readonly lacks: readonly ('code' | 'test')[];
  readonly reason: string;
}

const Exceptions: z.ZodType<MustExceptions> = z.record(
  z.string(),
  z.strictObject({ lacks: z.array(z.enum(['code', 'test'])).min(1), reason: z.string().min(10) }),
);

/** Throws when the text is not of the form `WIRE-3: { lacks: [test], reason: why }`. */
export function parseExceptions(yaml: string): MustExceptions {
  return Exceptions.parse(parse(yaml) ?? {});
}

/** One line for each MUST that lacks what no exception grants, and for each exception that grants nothing. */
export function mustProblems({ rows }: Coverage, exceptions: MustExceptions): string[] {
  const problems: string[] = [];
  const musts = rows.filter(({ item }) => item.kind === 'MUST');
  for (const row of musts) {
    const granted = exceptions[row.item.id]?.lacks ?? [];
    const lacking = lacksOf(row);
    for (const part of lacking) {
      if (!granted.includes(part))
        problems.push(`MUST ${row.item.id} is cited by no ${part}: ${row.item.text}`);
    }
    for (const part of granted) {
      if (!lacking.includes(part)) problems.push(`MUST ${row.item.id} has its ${part}: delete the exception`);
    }
  }
  const ids = new Set(musts.map(({ item }) => item.id));
  const strangers = Object.keys(exceptions).filter((id) => !ids.has(id));
  return [
    ...problems,
    ...strangers.map((id) => `exception for MUST ${id}, which spec/protocol.md does not define`),
  ];
}

function lacksOf({ implemented, tested }: Row): ('code' | 'test')[] {
  const lacks: ('code' | 'test')[] = [];
  if (implemented.length === 0) lacks.push('code');
  if (tested.length === 0) lacks.push('test');
  return lacks;
}
