import type { Field, Message } from './table.ts';
import { flagsMask, headerFields, headerMinBytes, runs, sizeBytes, underConditions } from './layout.ts';
import { upperSnakeCase } from './names.ts';
import { resetSource } from './record-source.ts';
import { hex } from './source.ts';

/** The method `parse` of a frame or packet. */
export function parseSource(message: Message, version: number): string[] {
  return message.form === 'frame' ? parseFrame(message) : parsePacket(message, version);
}

function parseFrame(message: Message): string[] {
  return [
    '/**',
    `* Reads the frame whose type is at \`at\`. Returns the position after it, or a negative DecodeError, which`,
    `* leaves the fields in an unspecified state. Never throws and never reads at or past \`limit\`.`,
    '*/',
    'parse(bytes: Uint8Array, at: number, limit: number): number {',
    'if (at >= limit) return DecodeError.TRUNCATED;',
    `if (bytes[at] !== ${message.className}.TYPE) return DecodeError.UNKNOWN;`,
    ...(message.fields.length === 0 ? ['return at + 1;'] : ['let p = at + 1;']),
    ...underConditions(message, message.fields, (fields, absent) => [
      ...absent.flatMap(resetSource),
      ...runs(fields).flatMap((run) => readRun(message, run, 'limit')),
    ]),
    ...(message.fields.length === 0 ? [] : ['return p;']),
    '}',
  ];
}

function parsePacket(message: Message, version: number): string[] {
  const top = (message.code << 6) | (version << 4);
  const rest = message.fields.at(-1)!;
  const mask = flagsMask(message);
  const minBytes = headerMinBytes(message);
  const [first, ...others] = runs(headerFields(message));
  return [
    '/**',
    '* Reads the packet at `at` of a datagram that ends at `limit`. Returns the position after it, where the next',
    '* packet of the datagram stands, or a negative DecodeError, which leaves the fields in an unspecified state.',
    '* Never throws and never reads at or past `limit`.',
    '*/',
    'parse(bytes: Uint8Array, at: number, limit: number): number {',
    'if (at >= limit) return DecodeError.TRUNCATED;',
    'const first = bytes[at]!;',
    `if (first >>> 6 !== ${message.className}.KIND) return DecodeError.UNKNOWN;`,
    `if ((first & ${hex(0xff & ~mask)}) !== ${hex(top)}) return DecodeError.VALUE;`,
    ...(mask === 0 ? [] : [`this.flags = first & ${hex(mask)};`]),
    `if (limit - at < ${minBytes}) return DecodeError.TRUNCATED;`,
    'let p = at + 1;',
    ...first!.flatMap((field, index) => {
      const read = readFixed(message, field, sizeBytes(first!.slice(0, index)));
      return field.name === 'length'
        ? [...read, `if (this.length < ${minBytes}) return DecodeError.VALUE;`]
        : read;
    }),
    'const end = at + this.length;',
    'if (end > limit) return DecodeError.TRUNCATED;',
    `p += ${sizeBytes(first!)};`,
    ...others.flatMap((run) => readRun(message, run, 'end')),
    `this.${rest.name} = bytes;`,
    `this.${rest.name}Start = p;`,
    `this.${rest.name}Length = end - p;`,
    'return end;',
    '}',
  ];
}

function readRun(message: Message, run: readonly Field[], limit: string): string[] {
  const field = run[0]!;
  if (field.sizeBytes > 0) {
    const size = sizeBytes(run);
    return [
      `if (${limit} - p < ${size}) return DecodeError.TRUNCATED;`,
      ...run.flatMap((each, index) => readFixed(message, each, sizeBytes(run.slice(0, index)))),
      `p += ${size};`,
    ];
  }
  if (field.kind === 'varint') {
    return [
      '{',
      ...readVarint(limit),
      `this.${field.name} = value;`,
      ...checkMax(message, field, 'value'),
      '}',
    ];
  }
  return field.kind === 'list' ? readList(message, field, limit) : readBytes(field, limit);
}

function readVarint(limit: string): string[] {
  return [
    `const value = decodeVarint(bytes, p, ${limit});`,
    'if (value < 0) return value;',
    'p += varintLengthAt(bytes, p);',
  ];
}

function readFixed(message: Message, field: Field, offset: number): string[] {
  const name = `this.${field.name}`;
  switch (field.kind) {
    case 'u64':
      return [`${name}Hi = ${fixedSource(offset, 4)};`, `${name}Lo = ${fixedSource(offset + 4, 4)};`];
    case 'fixed':
      return [
        `${name} = bytes;`,
        `${name}Start = ${position(offset)};`,
        `${name}Length = ${field.sizeBytes};`,
      ];
    case 'flags':
      return [`${name} = ${fixedSource(offset, 1)};`, ...checkFlags(message, name)];
    default:
      return [`${name} = ${fixedSource(offset, field.sizeBytes)};`, ...checkMax(message, field, name)];
  }
}

/** Nothing to check if every bit has a name. */
function checkFlags(message: Message, value: string): string[] {
  const unnamed = 0xff & ~flagsMask(message);
  return unnamed === 0 ? [] : [`if ((${value} & ${hex(unnamed)}) !== 0) return DecodeError.VALUE;`];
}

function checkMax(message: Message, field: Field, value: string): string[] {
  if (field.max === undefined) return [];
  return [`if (${value} > ${message.className}.${upperSnakeCase(field.name)}_MAX) return DecodeError.VALUE;`];
}

function readBytes(field: Field, limit: string): string[] {
  return [
    '{',
    ...readVarint(limit),
    `if (value > ${limit} - p) return DecodeError.TRUNCATED;`,
    `this.${field.name} = bytes;`,
    `this.${field.name}Start = p;`,
    `this.${field.name}Length = value;`,
    'p += value;',
    '}',
  ];
}

function readList(message: Message, field: Field, limit: string): string[] {
  const width = field.items.length;
  return [
    '{',
    `const count = decodeVarint(bytes, p, ${limit});`,
    'if (count < 0) return count;',
    `if (count > ${message.className}.${upperSnakeCase(field.name)}_MAX) return DecodeError.VALUE;`,
    'p += varintLengthAt(bytes, p);',
    `this.${field.name}Count = count;`,
    `for (let i = 0; i < count${width === 1 ? '' : ` * ${width}`}; i++) {`,
    ...readVarint(limit),
    `this.${field.name}[i] = value;`,
    '}',
    '}',
  ];
}

function position(offset: number): string {
  return offset === 0 ? 'p' : `p + ${offset}`;
}

function fixedSource(offset: number, bytes: number): string {
  const parts = Array.from({ length: bytes }, (_, index) => {
    const read = `bytes[${position(offset + index)}]!`;
    const shift = 8 * (bytes - 1 - index);
    return shift === 0 ? read : `(${read} << ${shift})`;
  });
  return bytes === 4 ? `(${parts.join(' | ')}) >>> 0` : parts.join(' | ');
}
