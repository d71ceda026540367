import { type Parsed, accept } from '../scenarios/language/problem.ts';

export type Reader<T> = (text: string) => Parsed<T>;

export interface Switch {
  readonly kind: 'switch';
  readonly help: string;
}

interface Valued<Kind extends string, T> {
  readonly kind: Kind;
  /** Stands for the value in usage, e.g. `N`. */
  readonly placeholder: string;
  readonly help: string;
  readonly read: Reader<T>;
}

export type Optional<T> = Valued<'optional', T>;
export type Required<T> = Valued<'required', T>;
export type Repeated<T> = Valued<'repeated', T>;
export interface Defaulted<T> extends Valued<'defaulted', T> {
  /** In the words of the command line, e.g. `5s`; shown in the help, and read like any value. */
  readonly fallback: string;
}

export type Option = Switch | Optional<unknown> | Required<unknown> | Repeated<unknown> | Defaulted<unknown>;
/** By name without the dashes. */
export type OptionTable = Readonly<Record<string, Option>>;

/** What a command gets for its table of options. */
export type Values<O extends OptionTable> = {
  [Name in keyof O]: O[Name] extends Switch
    ? boolean
    : O[Name] extends Repeated<infer T>
      ? T[]
      : O[Name] extends Required<infer T> | Defaulted<infer T>
        ? T
        : O[Name] extends Optional<infer T>
          ? T | undefined
          : never;
};

export function flag(help: string): Switch {
  return { kind: 'switch', help };
}

export function optional<T>(placeholder: string, help: string, read: Reader<T>): Optional<T> {
  return { kind: 'optional', placeholder, help, read };
}

export function required<T>(placeholder: string, help: string, read: Reader<T>): Required<T> {
  return { kind: 'required', placeholder, help, read };
}

export function repeated<T>(placeholder: string, help: string, read: Reader<T>): Repeated<T> {
  return { kind: 'repeated', placeholder, help, read };
}

export function defaulted<T>(
  placeholder: string,
  help: string,
  fallback: string,
  read: Reader<T>,
): Defaulted<T> {
  return { kind: 'defaulted', placeholder, help, read, fallback };
}

/** Reads any text but the empty one, which is most often a shell variable that was not set. */
export const text: Reader<string> = (value) =>
  value === '' ? { ok: false, message: 'the value is empty', remedy: 'give it a value' } : accept(value);
