import { parseArgs as tokenize } from 'node:util';
import { type Parsed, accept, quote, refuse } from '../scenarios/language/problem.ts';
import { nearest } from '../scenarios/language/suggest.ts';
import type { OptionTable, Values } from './option.ts';

/** The arguments of one command: its options' values, and what is not an option. */
export interface Arguments<O extends OptionTable> {
  values: Values<O>;
  operands: string[];
}

/**
 * Reads the arguments of a command by its table of options. The first thing that is wrong is refused, with the remedy.
 *
 * @param operandNames what the command needs besides options, e.g. `['FILE']`; after `…` more of the last may follow
 */
export function readArguments<O extends OptionTable>(
  args: readonly string[],
  options: O,
  operandNames: readonly string[],
): Parsed<Arguments<O>> {
  const given = collect(args, options);
  if (!given.ok) return given;
  const { texts, operands } = given.value;
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const named = texts.get(name) ?? [];
    if (option.kind === 'switch') {
      values[name] = named.length > 0;
      continue;
    }
    if (named.length > 1 && option.kind !== 'repeated')
      return refuse(`--${name} is given twice`, 'give it once');
    if (named.length === 0 && option.kind === 'required') {
      return refuse(`--${name} is missing`, `give --${name} ${option.placeholder}`);
    }
    if (named.length === 0 && option.kind === 'defaulted') named.push(option.fallback);
    const read: unknown[] = [];
    for (const text of named) {
      const value = option.read(text);
      if (!value.ok) return refuse(`--${name}: ${value.message}`, value.remedy);
      read.push(value.value);
    }
    values[name] = option.kind === 'repeated' ? read : read[0];
  }
  const wrong = checkOperands(operands, operandNames);
  return wrong ?? accept({ values: values as Values<O>, operands });
}

/** Whether `--help` or `-h` is among the arguments, before any `--`. */
export function wantsHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

interface Given {
  texts: Map<string, string[]>;
  operands: string[];
}

function collect(args: readonly string[], options: OptionTable): Parsed<Given> {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { kind }]) => {
      return [name, { type: kind === 'switch' ? ('boolean' as const) : ('string' as const), multiple: true }];
    }),
  );
  const { tokens } = tokenize({
    args: [...args],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const texts = new Map<string, string[]>();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const option = Object.hasOwn(options, name) && rawName.startsWith('--') ? options[name] : undefined;
    if (option === undefined) return unknownOption(rawName, Object.keys(options));
    if (option.kind === 'switch') {
      if (value !== undefined) return refuse(`${rawName} takes no value`, `give ${rawName} alone`);
    } else if (value === undefined || (inlineValue === false && /^-./.test(value))) {
      const swallowed = value === undefined ? '' : `, found ${value}`;
      return refuse(`${rawName} needs a value${swallowed}`, `give ${rawName} ${option.placeholder}`);
    }
    texts.set(name, [...(texts.get(name) ?? []), value ?? '']);
  }
  return accept({ texts, operands });
}

function unknownOption(rawName: string, known: readonly string[]): ReturnType<typeof refuse> {
  const guess = nearest(rawName.replace(/^-+/, ''), known);
  const remedy = guess === undefined ? 'the options are listed below' : `did you mean --${guess}?`;
  return refuse(`unknown option ${rawName}`, remedy);
}

function checkOperands(
  operands: readonly string[],
  names: readonly string[],
): ReturnType<typeof refuse> | undefined {
  const missing = names[operands.length]?.replace('…', '');
  if (missing !== undefined) return refuse(`${missing} is missing`, `name the ${missing.toLowerCase()}`);
  if (names.at(-1)?.endsWith('…')) return undefined;
  const extra = operands[names.length];
  if (extra === undefined) return undefined;
  return refuse(
    `unexpected argument ${quote(extra)}`,
    names.length === 0 ? 'this command takes options only' : `it takes one ${names.join(' ')}`,
  );
}
