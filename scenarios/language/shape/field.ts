import { z } from 'zod';
import { type Parsed, accept, describe, quote, refuse } from '../problem.ts';
import { suggest } from '../suggest.ts';
import { type Dimension, parseQuantity, quantityPattern } from '../unit.ts';

/**
 * The building blocks of the scenario's schema. Each gives its JSON Schema and reads its value. A zod issue carries one
 * text, so that text holds two lines: the message, then the remedy.
 */
export type Field<T> = z.ZodType<T, unknown>;

/** What a field looks like to an editor. */
export interface FieldSchema {
  description: string;
  [keyword: string]: unknown;
}

/** What is said of a key that is not there. */
export const MISSING = 'is missing';

/** The longest delay that the simulated network takes: 1000 s. */
export const DELAY_NS_MAX = 1_000_000_000_000;

/** A value with a reader of its own. `example` completes "is missing". */
export function field<T>(
  schema: FieldSchema,
  example: string,
  parse: (input: unknown) => Parsed<T>,
): Field<T> {
  return z
    .unknown()
    .meta(schema)
    .transform((input, context): T => {
      const parsed =
        input === undefined || input === null
          ? refuse(input === null ? 'has no value' : MISSING, `give it a value, for example ${example}`)
          : parse(input);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: `${parsed.message}\n${parsed.remedy}` });
      return z.NEVER;
    });
}

/** A quantity with a unit, in base units, within `min` and `max` (base units; `bounds` says them with units). */
export function quantity(
  dimension: Dimension,
  description: string,
  example: string,
  bounds: { min: number; max?: number; text: string } = { min: 0, text: '' },
): Field<number> {
  const schema = { type: 'string', pattern: quantityPattern(dimension), description, examples: [example] };
  return field(schema, example, (input) => {
    const parsed = parseQuantity(dimension, input);
    if (!parsed.ok) return parsed;
    if (parsed.value < bounds.min || parsed.value > (bounds.max ?? Number.MAX_SAFE_INTEGER)) {
      return refuse(`${String(input)} is outside ${bounds.text}`, `give a value of ${bounds.text}`);
    }
    return parsed;
  });
}

/** A whole number from `min` to `max`. */
export function integer(description: string, min: number, max: number, example: number): Field<number> {
  const schema = { type: 'integer', minimum: min, maximum: max, description };
  return field(schema, String(example), (input) => {
    const inside = typeof input === 'number' && Number.isSafeInteger(input) && input >= min && input <= max;
    if (inside) return accept(input);
    const wrong =
      typeof input === 'number'
        ? `${input} is out of range`
        : `expected a whole number, found ${describe(input)}`;
    return refuse(wrong, `give a whole number ${min}..${max}`);
  });
}

/** A value of which this version knows one, such as `nics: 1`. */
export function only<const T extends number>(value: T, description: string, remedy: string): Field<T> {
  return field({ const: value, description }, String(value), (input) => {
    return input === value ? accept(value) : refuse(`${describe(input)} is not supported`, remedy);
  });
}

/** One of a few words. `later`: words of the language that this version cannot run. */
export function choice<const T extends string>(
  noun: string,
  words: readonly T[],
  description: string,
  later: readonly string[] = [],
): Field<T> {
  return field({ enum: [...words], description }, words[0]!, (input) => {
    const found = words.find((word) => word === input);
    return found === undefined ? unknownWord(noun, input, words, later) : accept(found);
  });
}

export function flag(description: string): Field<boolean> {
  return field({ type: 'boolean', description }, 'true', (input) => {
    return typeof input === 'boolean'
      ? accept(input)
      : refuse(`expected true or false, found ${describe(input)}`, 'write true or false');
  });
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** A name that files, figures and options can use. */
export function name(description: string, example: string): Field<string> {
  return field({ type: 'string', pattern: NAME.source, description }, example, (input) => {
    if (typeof input === 'string' && NAME.test(input)) return accept(input);
    return refuse(
      `expected a name, found ${describe(input)}`,
      'a name is 1 to 64 letters, digits, - and _, a letter first',
    );
  });
}

/** A list; each of its entries is read by `entry`. */
export function list<T>(entry: Field<T>): Field<T[]> {
  return z.array(entry, {
    error: ({ input }) => {
      const message =
        input === undefined || input === null ? MISSING : `expected a list, found ${describe(input)}`;
      return `${message}\nput each entry on a line of its own that starts with "- "`;
    },
  });
}

/** A map with these keys and no others. */
export function record<S extends z.core.$ZodLooseShape>(
  noun: string,
  shape: S,
): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      // The reader of issues makes one problem of each unknown key, and needs the known ones for it.
      if (code === 'unrecognized_keys') return `${noun}\n${Object.keys(shape).join(' ')}`;
      return notMap(noun, input, Object.keys(shape));
    },
  });
}

/** The error of a union whose members differ in one key: a map without a word there that this version knows. */
export function unionError(
  noun: string,
  key: string,
  words: readonly string[],
  later: readonly string[],
): (issue: { input?: unknown }) => string {
  return ({ input }) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return notMap(noun, input, [key]);
    const word = (input as Record<string, unknown>)[key];
    if (word === undefined || word === null) return `${MISSING}\ngive it a value: ${words.join(', ')}`;
    const { message, remedy } = unknownWord(`${noun} ${key}`, word, words, later);
    return `${message}\n${remedy}`;
  };
}

function notMap(noun: string, input: unknown, keys: readonly string[]): string {
  const missing = input === undefined || input === null;
  const message = missing ? MISSING : `expected a map, found ${describe(input)}`;
  return `${message}\n${noun} is a map of key: value with keys such as ${keys.slice(0, 4).join(', ')}`;
}

function unknownWord(
  noun: string,
  input: unknown,
  words: readonly string[],
  later: readonly string[],
): { ok: false; message: string; remedy: string } {
  const known = words.join(', ');
  if (typeof input !== 'string')
    return refuse(`expected a ${noun}, found ${describe(input)}`, `write one of: ${known}`);
  if (later.includes(input))
    return refuse(`${noun} ${input} is not in this version yet`, `this version knows: ${known}`);
  return refuse(`unknown ${noun} ${quote(input)}`, suggest(input, words, 'this version knows'));
}
