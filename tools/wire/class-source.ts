import type { Field, Message } from './table.ts';
import { emitFrameSource, emitPacketSource } from './emit-source.ts';
import { kebabCase, upperSnakeCase } from './names.ts';
import { parseSource } from './parse-source.ts';
import { recordMethodsSource, recordTypeSource } from './record-source.ts';
import { SOURCE_HEADER, docComment, hex, indent, sentence } from './source.ts';

export function classFileName(message: Message): string {
  return `${kebabCase(message.className)}.ts`;
}

/** The file of one message: its record type and its class. */
export function classFileSource(message: Message, version: number): string {
  const body = [
    ...docComment(sentence(message.doc), 'A checked view of bytes that others own, made to be reused.'),
    `export class ${message.className} {`,
    ...constants(message),
    '',
    ...properties(message),
    '',
    ...parseSource(message, version),
    '',
    ...(message.form === 'frame' ? emitFrameSource(message) : emitPacketSource(message, version)),
    '',
    ...recordMethodsSource(message),
    '}',
  ];
  const record = recordTypeSource(message);
  const lines = [SOURCE_HEADER, ...imports([...body, ...record]), '', ...record, '', ...body];
  return indent(lines.filter((line, index) => line !== '' || lines[index - 1] !== ''));
}

const IMPORTS: [string, string[]][] = [
  ['bytes', ['NO_BYTES', 'copyBytes']],
  ['decode-error', ['DecodeError']],
  ['misuse', ['type U64Record', 'checkBytes', 'checkInteger', 'misuse']],
  ['varint', ['VARINT_MAX', 'decodeVarint', 'varintLength', 'varintLengthAt', 'writeVarint']],
];

function imports(lines: readonly string[]): string[] {
  const code = lines.filter((line) => !/^(\/\*\*|\*)/.test(line)).join('\n');
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b[^']`).test(code);
  return IMPORTS.flatMap(([file, names]) => {
    const used = names.filter((name) => uses(name.replace('type ', '')));
    return used.length === 0 ? [] : [`import { ${used.join(', ')} } from '../${file}.ts';`];
  });
}

function constants(message: Message): string[] {
  const code =
    message.form === 'frame'
      ? [
          `static readonly TYPE = ${hex(message.code)};`,
          `static readonly ACK_ELICITING: boolean = ${message.ackEliciting};`,
        ]
      : [`static readonly KIND = ${message.code};`];
  const flags = message.flags.flatMap((flag) => [
    ...docComment(flag.doc === '' ? '' : `Bit of \`flags\`: ${flag.doc}`),
    `static readonly ${upperSnakeCase(flag.name)} = ${hex(1 << flag.bit)};`,
  ]);
  const bounds = message.fields
    .filter((field) => field.max !== undefined)
    .map((field) => `static readonly ${upperSnakeCase(field.name)}_MAX = ${field.max};`);
  return [...code, ...flags, ...bounds];
}

function properties(message: Message): string[] {
  const packetFlags = message.form === 'packet' && message.flags.length > 0 ? ['flags = 0;'] : [];
  return [...packetFlags, ...message.fields.flatMap(property)];
}

function property(field: Field): string[] {
  const condition =
    field.condition === undefined
      ? ''
      : `Only ${field.condition.present ? 'with' : 'without'} the flag ${field.condition.flag}`;
  const doc = docComment([sentence(field.doc), sentence(condition)].filter((text) => text !== '').join(' '));
  switch (field.kind) {
    case 'u64':
      return [...doc, `${field.name}Hi = 0;`, `${field.name}Lo = 0;`];
    case 'list':
      return [
        ...docComment(
          [
            sentence(field.doc),
            `Flattened: ${field.items.map((item) => `${item}0`).join(', ')}, … Reused, may be longer.`,
          ]
            .filter((text) => text !== '')
            .join(' '),
        ),
        `${field.name}: number[] = [];`,
        `${field.name}Count = 0;`,
      ];
    case 'fixed':
    case 'bytes':
    case 'rest':
      return [
        ...doc,
        `${field.name}: Uint8Array = NO_BYTES;`,
        `${field.name}Start = 0;`,
        `${field.name}Length = ${field.sizeBytes};`,
      ];
    default:
      return [...doc, `${field.name} = 0;`];
  }
}
