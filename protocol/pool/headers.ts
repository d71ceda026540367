import { UsageError, nameOf } from '../endpoint/usage-error.ts';
import { decodeVarint, varintLength, varintLengthAt, writeVarint } from '../wire/index.ts';

/** Names and values; names are case-sensitive, order is kept, a name appears once. */
export type Headers = Readonly<Record<string, string>>;

const NONE: Uint8Array = new Uint8Array(0);
const NO_HEADERS: Headers = Object.freeze(Object.create(null) as Record<string, string>);

/** UTF-8 without TextEncoder, which the core's environments need not have. Lone surrogates become U+FFFD. */
function encodeUtf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    let code = character.codePointAt(0) as number;
    if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return bytes;
}

/** The reverse; undefined for bytes that are not the UTF-8 of any text. */
function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = '';
  for (let at = start; at < end;) {
    const first = bytes[at] as number;
    const extra =
      first < 0x80
        ? 0
        : first >= 0xc2 && first < 0xe0
          ? 1
          : first >= 0xe0 && first < 0xf0
            ? 2
            : first >= 0xf0 && first < 0xf5
              ? 3
              : -1;
    if (extra < 0 || at + extra >= end) return undefined;
    let code = extra === 0 ? first : first & (0x3f >> extra);
    for (let i = 1; i <= extra; i += 1) {
      const next = bytes[at + i] as number;
      if (next >>> 6 !== 2) return undefined;
      code = (code << 6) | (next & 63);
    }
    const least = extra === 2 ? 0x800 : extra === 3 ? 0x10000 : 0;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    text += String.fromCodePoint(code);
    at += extra + 1;
  }
  return text;
}

/** Throws UsageError `ERR_DCQUIC_HEADERS` for what is not names and texts. A Map, or Headers of fetch, would be none. REQ CONF-6 */
function entriesOf(headers: Headers): [name: string, value: string][] {
  const isRecord = Object.prototype.toString.call(headers) === '[object Object]';
  const entries = isRecord ? Object.entries(headers) : [];
  const wrong = entries.find(([, value]) => typeof value !== 'string');
  if (isRecord && wrong === undefined) return entries;
  const what =
    wrong === undefined ? `headers: ${nameOf(headers)}` : `header ${wrong[0]}: ${nameOf(wrong[1])}`;
  throw new UsageError('ERR_DCQUIC_HEADERS', `${what}; headers are an object of names and texts`);
}

/**
 * Headers as they stand in front of a body: a varint count, then name and value, each with a varint length. Throws UsageError `ERR_DCQUIC_HEADERS` for what are none.
 * REQ PAT-6 · MUST HEADER-1
 */
export function encodeHeaders(headers: Headers | undefined): Uint8Array {
  const entries = headers === undefined ? [] : entriesOf(headers);
  if (entries.length === 0) return NONE;
  const texts = entries.flatMap(([name, value]) => [encodeUtf8(name), encodeUtf8(value)]);
  let size = varintLength(entries.length);
  for (const text of texts) size += varintLength(text.length) + text.length;
  const out = new Uint8Array(size);
  let at = writeVarint(entries.length, out, 0);
  for (const text of texts) {
    at = writeVarint(text.length, out, at);
    out.set(text, at);
    at += text.length;
  }
  return out;
}

/** The reverse; undefined if a peer sent something else. Never throws. MUST HEADER-2 */
export function decodeHeaders(bytes: Uint8Array): Headers | undefined {
  if (bytes.length === 0) return NO_HEADERS;
  const count = decodeVarint(bytes, 0, bytes.length);
  if (count < 0) return undefined;
  let at = varintLengthAt(bytes, 0);
  const headers = Object.create(null) as Record<string, string>;
  for (let i = 0; i < count; i += 1) {
    const texts: string[] = [];
    for (let j = 0; j < 2; j += 1) {
      const length = decodeVarint(bytes, at, bytes.length);
      if (length < 0) return undefined;
      at += varintLengthAt(bytes, at);
      if (length > bytes.length - at) return undefined;
      const text = decodeUtf8(bytes, at, at + length);
      if (text === undefined) return undefined;
      texts.push(text);
      at += length;
    }
    const [name, value] = texts as [string, string];
    if (name in headers) return undefined;
    headers[name] = value;
  }
  return at === bytes.length ? headers : undefined;
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(encodeUtf8(text));
}

/** As many whole characters of `text` as fit `bytesMax`. */
export function utf8Prefix(text: string, bytesMax: number): Uint8Array {
  const bytes = utf8(text.slice(0, bytesMax));
  let end = Math.min(bytes.length, bytesMax);
  while (end > 0 && end < bytes.length && (bytes[end] as number) >>> 6 === 2) end -= 1;
  return bytes.subarray(0, end);
}

export function textOf(bytes: Uint8Array): string {
  return decodeUtf8(bytes, 0, bytes.length) ?? '';
}
