import type { Headers } from '../../protocol/index.ts';

/** Encoded size of the header that carries an ordinal; part of the message size the scenario asks for. */
export const ORDINAL_HEADER_BYTES = 8;

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_';
const LENGTH = 5;

/** One header with an empty name and five digits of base 64: exchanges 0 … 2^30 - 1. */
export function ordinalHeaders(ordinal: number): Headers {
  let text = '';
  let left = ordinal;
  for (let i = 0; i < LENGTH; i += 1) {
    text = (DIGITS[left % 64] as string) + text;
    left = Math.floor(left / 64);
  }
  return { '': text };
}

/** The reverse; undefined for headers of another kind. */
export function ordinalOf(headers: Headers): number | undefined {
  const text = headers[''];
  if (text === undefined || text.length !== LENGTH) return undefined;
  let ordinal = 0;
  for (const digit of text) ordinal = ordinal * 64 + DIGITS.indexOf(digit);
  return ordinal;
}
