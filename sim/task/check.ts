import { SimError } from './errors.ts';

type Names = Readonly<Record<string, true>>;

/** The compiler does not see all programs. Throws SimError `bad-argument` for an option that does not exist. */
export function checkNames(what: string, given: object, known: Names): void {
  // Not Object.keys(): tasks are spawned by the million, and an array of names would be garbage each time.
  for (const name in given) {
    if (known[name] === true) continue;
    throw new SimError('bad-argument', `${what} has no '${name}'; there are: ${listOf(known)}`);
  }
}

/** The same for the value of `kind`. */
export function checkKind(what: string, kind: string, known: Names): void {
  if (Object.hasOwn(known, kind)) return;
  throw new SimError('bad-argument', `no such ${what} '${kind}'; there are: ${listOf(known)}`);
}

/** Throws SimError `bad-argument` unless it is a probability as this library writes it. */
export function checkRatio(what: string, ratio: unknown): void {
  if (typeof ratio === 'object' && ratio !== null && 'numerator' in ratio && 'denominator' in ratio) return;
  const rule = 'is { numerator, denominator }, as in { numerator: 1, denominator: 10 }';
  throw new SimError('bad-argument', `${what} ${rule}, not ${String(ratio)}`);
}

function listOf(known: Names): string {
  return Object.keys(known).join(', ');
}
