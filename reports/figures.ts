/** What a figure that is missing looks like. */
export const NO_FIGURE = '–';

const PREFIXES = [
  { factor: 1e15, prefix: 'P' },
  { factor: 1e12, prefix: 'T' },
  { factor: 1e9, prefix: 'G' },
  { factor: 1e6, prefix: 'M' },
  { factor: 1e3, prefix: 'K' },
] as const;

/** A unit and how many base units one of it is. Plots choose one per axis. */
export interface Unit {
  readonly name: string;
  readonly factor: number;
}

/** The prefixed unit in which `value` has one to three digits before the point. K is 1000, as in scenario files. */
export function prefixedUnit(value: number, base: string): Unit {
  for (const { factor, prefix } of PREFIXES) {
    // 999.6 of a unit would be printed as 1000 of it.
    if (Math.abs(value) >= factor * 0.9995) return { name: `${prefix}${base}`, factor };
  }
  return { name: base, factor: 1 };
}

export function bytesUnit(bytes: number): Unit {
  return prefixedUnit(bytes, 'B');
}

/** Rates keep `kbit/s` with the small k that networks use. */
export function rateUnit(bitsPerSecond: number): Unit {
  const unit = prefixedUnit(bitsPerSecond, 'bit/s');
  return unit.name === 'Kbit/s' ? { name: 'kbit/s', factor: unit.factor } : unit;
}

/** Things on an axis: `thousand ` and `million ` where labels would be long, to be put before their name. */
export function countUnit(value: number): Unit {
  if (Math.abs(value) >= 9e5) return { name: 'million ', factor: 1e6 };
  return Math.abs(value) >= 9e4 ? { name: 'thousand ', factor: 1e3 } : { name: '', factor: 1 };
}

export function timeUnit(ns: number): Unit {
  const magnitude = Math.abs(ns);
  if (magnitude >= 0.9995e9) return { name: 's', factor: 1e9 };
  if (magnitude >= 0.9995e6) return { name: 'ms', factor: 1e6 };
  if (magnitude >= 0.9995e3) return { name: 'µs', factor: 1e3 };
  return { name: 'ns', factor: 1 };
}

/** Three significant digits, thousands grouped: 0.0123, 1.23, 12.3, 123, 12,300; from 100,000 on 1.23e5. */
export function plain(value: number): string {
  if (Number.isNaN(value)) return NO_FIGURE;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const rounded = Number(value.toPrecision(3));
  if (rounded === 0) return '0';
  if (Math.abs(rounded) >= 1e5 || Math.abs(rounded) < 1e-6) return rounded.toExponential().replace('e+', 'e');
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return group(
    rounded
      .toFixed(Math.min(decimals, 9))
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
  );
}

function inUnit(value: number, choose: (value: number) => Unit): string {
  if (!Number.isFinite(value)) return plain(value);
  const unit = choose(value);
  return `${plain(value / unit.factor)} ${unit.name}`;
}

export function bytes(value: number): string {
  return inUnit(value, bytesUnit);
}

export function rate(bitsPerSecond: number): string {
  return inUnit(bitsPerSecond, rateUnit);
}

export function time(ns: number): string {
  return inUnit(ns, timeUnit);
}

/** Exact up to ten million, with a prefix beyond. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return plain(value);
  if (Math.abs(value) < 1e7) return group(String(Math.round(value)));
  const unit = prefixedUnit(value, '');
  return `${plain(value / unit.factor)} ${unit.name}`;
}

/** A ratio as a percentage, rounded down, so that 99.996 % never reads as 100 %. */
export function percent(ratio: number): string {
  if (!Number.isFinite(ratio)) return NO_FIGURE;
  const hundredths = Math.floor(ratio * 10000 + 1e-7);
  return `${(hundredths / 100).toFixed(hundredths % 100 === 0 ? 0 : 2)} %`;
}

/** `1 packet`, `2 packets`. */
export function counted(value: number, noun: string, plural: string = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

export function group(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
