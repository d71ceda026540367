/** Names that a folder may not use, each with what to use instead. Data of the rule in banned-name.ts. */

/** Folders whose code must give the same result on every machine, and run in a browser too. */
export const PURE_FOLDERS: readonly string[] = ['spec', 'protocol', 'sim'];

const CLOCK = 'time is an argument: `now` in protocol/, `kernel.now` in sim/';
const TIMER = 'protocol/ returns nextTimeout(), sim/ uses kernel.schedule()';
const RANDOM = 'take a RandomSource and fork it by name';
const HOST = 'it belongs to a host: pass what is needed as an argument from transports/, scenarios/ or cli/';
const LOCALE = 'it depends on the locale of the machine: compare code units, format numbers plainly';
const MEMORY = 'it depends on the garbage collector: release explicitly';

/** Global name → replacement. */
export const BANNED_GLOBALS: ReadonlyMap<string, string> = new Map([
  ['Date', CLOCK],
  ['performance', CLOCK],
  ['setTimeout', TIMER],
  ['setInterval', TIMER],
  ['setImmediate', TIMER],
  ['clearTimeout', TIMER],
  ['clearInterval', TIMER],
  ['clearImmediate', TIMER],
  ['queueMicrotask', TIMER],
  ['requestAnimationFrame', TIMER],
  ['crypto', RANDOM],
  ['process', HOST],
  ['Buffer', 'use Uint8Array and DataView'],
  ['console', 'return a value or record a trace event; the caller prints'],
  ['globalThis', HOST],
  ['global', HOST],
  ['window', HOST],
  ['self', HOST],
  ['navigator', HOST],
  ['require', 'use import'],
  ['eval', 'write the code'],
  ['Intl', LOCALE],
  ['WeakRef', MEMORY],
  ['FinalizationRegistry', MEMORY],
]);

/** Properties of anything: methods whose result depends on the machine. */
export const BANNED_METHODS: ReadonlyMap<string, string> = new Map([
  ['localeCompare', LOCALE],
  ['toLocaleString', LOCALE],
  ['toLocaleLowerCase', LOCALE],
  ['toLocaleUpperCase', LOCALE],
]);

/** Members of Math that the standard defines to the last bit; everything else there differs between engines. */
export const EXACT_MATH: ReadonlySet<string> = new Set([
  'abs',
  'ceil',
  'clz32',
  'E',
  'floor',
  'fround',
  'imul',
  'LN10',
  'LN2',
  'LOG10E',
  'LOG2E',
  'max',
  'min',
  'PI',
  'round',
  'sign',
  'sqrt',
  'SQRT1_2',
  'SQRT2',
  'trunc',
]);

export const MATH_REMEDY =
  'not bit-exact between engines: use + - * / Math.sqrt, or the logarithm of sim/random';
export const POWER_REMEDY =
  'it is Math.pow, not bit-exact between engines: shift (1 << n), multiply, or write the constant';
export const MATH_RANDOM_REMEDY: string = RANDOM;
