/**
 * A piece of HTML or SVG that is safe to put into the page. Only `markup` makes one, and it escapes every
 * string put into it: names come from scenario files, drop reasons and messages from anywhere.
 */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type MarkupValue = string | number | Markup | null | readonly MarkupValue[];

/**
 * Template tag. Strings are escaped for element content and quoted attributes alike, numbers are written with at
 * most two decimals (a hundredth of a pixel), arrays are concatenated, `null` is nothing.
 * @throws RangeError on NaN or an infinite number: a coordinate that is none is a defect of the caller.
 */
export function markup(parts: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  let text = parts[0] ?? '';
  for (let i = 0; i < values.length; i += 1) {
    text += render(values[i] ?? null) + (parts[i + 1] ?? '');
  }
  return new Markup(text);
}

function render(value: MarkupValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return coordinate(value);
  if (value instanceof Markup) return value.text;
  return value.map(render).join('');
}

/** A number as SVG wants it: at most two decimals, never an exponent. @throws RangeError if not finite */
export function coordinate(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) > 1e9) throw new RangeError(`not a coordinate: ${value}`);
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? '');
}

/** A data block for the page's script. `<` is written as an escape, so that no content can end the element. */
export function dataBlock(className: string, data: unknown): Markup {
  const json = JSON.stringify(data)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
  return new Markup(`<script type="application/json" class="${escapeText(className)}">${json}</script>`);
}
