import { KernelError } from './errors.ts';

/**
 * Entropy guards: while a run is under way, reading a real clock, a real timer or real randomness through the global
 * object is an error that names the caller. A guard replaces a property, so what code captured before the run
 * (`const now = Date.now`, `import { performance } from 'node:perf_hooks'` is the same object and is caught, but
 * `import { setTimeout } from 'node:timers'` is not) stays out of reach. So do `Intl.DateTimeFormat().format()` and
 * the constructor behind `Date.prototype`.
 */

type Report = (error: unknown) => void;
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;
type Properties = Record<string, unknown>;

interface Replaced {
  readonly owner: object;
  readonly name: string;
  readonly descriptor: PropertyDescriptor | undefined;
}

const TIME_REMEDY = 'ask the kernel for the time';
const TIMER_REMEDY = 'sleep in virtual time';
const RANDOM_REMEDY = 'draw from a named stream of the simulation (rng.fork(name))';

let installs = 0;
let armed = 0;
let report: Report | undefined;
let replaced: Replaced[] = [];

/** Replaces the globals; counted, the first call decides who is told. */
export function installGuards(listener: Report): void {
  if (installs++ > 0) return;
  report = listener;
  const realm = globalThis as unknown as Properties;
  guardDate(realm);
  guard(realm['performance'], 'now', 'performance.now()', TIME_REMEDY);
  guard(realm['Math'], 'random', 'Math.random()', RANDOM_REMEDY);
  for (const timer of ['setTimeout', 'setInterval', 'setImmediate'])
    guard(realm, timer, `${timer}()`, TIMER_REMEDY);
  for (const timer of ['requestAnimationFrame', 'requestIdleCallback'])
    guard(realm, timer, `${timer}()`, TIMER_REMEDY);
  guard(realm['crypto'], 'getRandomValues', 'crypto.getRandomValues()', RANDOM_REMEDY);
  guard(realm['crypto'], 'randomUUID', 'crypto.randomUUID()', RANDOM_REMEDY);
  const process = realm['process'] as Properties | undefined;
  guard(process, 'hrtime', 'process.hrtime()', TIME_REMEDY);
  guard(process?.['hrtime'], 'bigint', 'process.hrtime.bigint()', TIME_REMEDY);
}

/** Undoes installGuards() when the last run ends. */
export function removeGuards(): void {
  if (--installs > 0) return;
  for (const { owner, name, descriptor } of replaced) {
    if (descriptor === undefined) delete (owner as Properties)[name];
    else Object.defineProperty(owner, name, descriptor);
  }
  replaced = [];
  report = undefined;
}

/** From now on the guards refuse; counted. While nobody has armed them they let everything through. */
export function armGuards(): void {
  armed++;
}

export function disarmGuards(): void {
  armed--;
}

function guard(owner: unknown, name: string, call: string, remedy: string): void {
  if (owner === undefined || owner === null) return;
  const original = (owner as Properties)[name];
  if (typeof original !== 'function') return;
  const guarded: AnyFunction = function (this: unknown, ...args) {
    if (armed > 0) check(call, remedy, guarded);
    return (original as AnyFunction).apply(this, args);
  };
  replace(owner, name, Object.assign(guarded, original));
}

function guardDate(realm: Properties): void {
  const original = realm['Date'] as DateConstructor;
  guard(original, 'now', 'Date.now()', TIME_REMEDY);
  const handler: ProxyHandler<DateConstructor> = {
    construct(target, args: unknown[], newTarget: AnyFunction): object {
      if (args.length === 0 && armed > 0) check('new Date()', TIME_REMEDY, handler.construct as AnyFunction);
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target): string {
      if (armed > 0) check('Date()', TIME_REMEDY, handler.apply as AnyFunction);
      return target();
    },
  };
  replace(realm, 'Date', new Proxy(original, handler));
}

function replace(owner: object, name: string, value: unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {
    value,
    configurable: true,
    writable: true,
    enumerable: descriptor?.enumerable ?? false,
  });
  replaced.push({ owner, name, descriptor });
}

interface Capturing {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above: AnyFunction): void;
}

/** Calls of a console that lie between what the program says and the stream that it is written to. */
const CONSOLE_DEPTH_MAX = 50;
const CONSOLE_FRAME = /[( ]node:internal\/console\//;

/** Throws, and also reports: simulated code may swallow what is thrown at it. What a console does to show a line passes. */
function check(call: string, remedy: string, guarded: AnyFunction): void {
  const engine = Error as unknown as Capturing;
  const limit = engine.stackTraceLimit;
  if (limit !== undefined) engine.stackTraceLimit = CONSOLE_DEPTH_MAX;
  const probe = new Error();
  engine.captureStackTrace?.(probe, guarded);
  const stack = probe.stack ?? '';
  if (limit !== undefined) engine.stackTraceLimit = limit;
  // Test runners note when a line was written.
  if (CONSOLE_FRAME.test(stack)) return;
  // An engine that cannot leave out frames begins with this function and the guard.
  const caller = callerOf(stack, engine.captureStackTrace === undefined ? 2 : 0);
  const error = new KernelError('entropy', `${call} inside a simulation, ${caller}: ${remedy}`);
  engine.captureStackTrace?.(error, guarded);
  report?.(error);
  throw error;
}

/** A frame of the stack, as the engine writes it: function, file, line. */
function callerOf(stack: string, skip: number): string {
  const frames = stack.split('\n').filter((line) => /:\d+:\d+\)?$/.test(line));
  return frames[skip]?.trim() ?? 'by an unknown caller';
}
