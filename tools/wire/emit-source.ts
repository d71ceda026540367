import type { Field, Message } from './table.ts';
import { flagsMask, headerFields, runs, sizeBytes, underConditions } from './layout.ts';
import { hex } from './source.ts';
import { upperSnakeCase } from './names.ts';

const EMIT_DOC = [
  'Returns the position after it, or -1, with nothing written, if it does not end before `limit`. Throws a',
  'RangeError if a field breaks a rule of the table.',
];

/** The methods that write a frame: `length`, `emit`, and the private `check`. */
export function emitFrameSource(message: Message): string[] {
  return [
    '/** Bytes `emit` would write. */',
    'length(): number {',
    ...lengthSource(message, message.fields),
    '}',
    '',
    '/**',
    '* Writes the frame, its type included, at `at`.',
    ...EMIT_DOC.map((line) => `* ${line}`),
    '*/',
    'emit(out: Uint8Array, at: number, limit: number): number {',
    ...checkCall(message, message.fields),
    'if (this.length() > limit - at) return -1;',
    `out[at] = ${message.className}.TYPE;`,
    ...writeAll(message, message.fields, 'at + 1'),
    '}',
    ...checkMethod(message, message.fields),
  ];
}

/** The methods that write a packet: `headerLength`, `emitLength`, `emitHeader`, `emit`, and the private `check`. */
export function emitPacketSource(message: Message, version: number): string[] {
  const header = headerFields(message);
  const varints = header.filter((field) => field.kind === 'varint').map((field) => field.name);
  const rest = message.fields.at(-1)!.name;
  const top = (message.code << 6) | (version << 4);
  const own = `${message.className}.headerLength(${varints.map((name) => `this.${name}`).join(', ')})`;
  return [
    '/** Bytes of a header with these values. */',
    `static headerLength(${varints.map((name) => `${name}: number`).join(', ')}): number {`,
    `return ${[String(1 + sizeBytes(header)), ...varints.map((name) => `varintLength(${name})`)].join(' + ')};`,
    '}',
    '',
    `/** Position after the header, where \`${rest}\` begins. */`,
    'get headerEnd(): number {',
    `return this.${rest}Start;`,
    '}',
    '',
    '/** Bytes `emit` would write. */',
    'emitLength(): number {',
    `return ${own} + this.${rest}Length;`,
    '}',
    '',
    '/**',
    `* Writes the header alone, with \`length\` as it stands, at \`at\`.`,
    ...EMIT_DOC.map((line) => `* ${line}`),
    '*/',
    'emitHeader(out: Uint8Array, at: number, limit: number): number {',
    ...checkCall(message, header),
    `if (${own} > limit - at) return -1;`,
    `out[at] = ${message.flags.length === 0 ? hex(top) : `${hex(top)} | this.flags`};`,
    ...writeAll(message, header, 'at + 1'),
    '}',
    '',
    '/**',
    `* Writes the header and, if \`${rest}Length\` is above 0, copies \`${rest}\` behind it; it may stand there already,`,
    `* but not under the header.`,
    `* ${EMIT_DOC[0]}`,
    `* ${EMIT_DOC[1]!.slice(0, -1)}, or if \`length\` is not that of the packet with its ${rest}.`,
    '*/',
    'emit(out: Uint8Array, at: number, limit: number): number {',
    `if (this.${rest}Length === 0) return this.emitHeader(out, at, limit);`,
    'const length = this.emitLength();',
    `if (this.length !== length) misuse('${message.className}.length', \`must be \${length}, not \${this.length}\`);`,
    ...checkBytesSource(message, message.fields.at(-1)!),
    'if (length > limit - at) return -1;',
    'const p = this.emitHeader(out, at, limit);',
    `copyBytes(this.${rest}, this.${rest}Start, this.${rest}Length, out, p);`,
    'return at + length;',
    '}',
    ...checkMethod(message, header),
  ];
}

function lengthSource(message: Message, fields: readonly Field[]): string[] {
  const plain = fields.filter((field) => field.condition === undefined && field.sizeBytes > 0);
  const base = 1 + sizeBytes(plain);
  const others = fields.filter((field) => !plain.includes(field));
  if (others.length === 0) return [`return ${base};`];
  const add = (some: readonly Field[]): string[] => {
    const fixed = sizeBytes(some.filter((field) => !plain.includes(field)));
    return [
      ...(fixed === 0 ? [] : [`length += ${fixed};`]),
      ...some.filter((field) => field.sizeBytes === 0).flatMap(addLength),
    ];
  };
  return [`let length = ${base};`, ...underConditions(message, others, add), 'return length;'];
}

function addLength(field: Field): string[] {
  const name = `this.${field.name}`;
  if (field.kind === 'varint') return [`length += varintLength(${name});`];
  if (field.kind === 'bytes') return [`length += varintLength(${name}Length) + ${name}Length;`];
  return [
    `length += varintLength(${name}Count);`,
    `for (let i = 0; i < ${listEnd(field)}; i++) length += varintLength(${name}[i]!);`,
  ];
}

function writeAll(message: Message, fields: readonly Field[], start: string): string[] {
  if (fields.length === 0) return [`return ${start};`];
  return [
    `let p = ${start};`,
    ...underConditions(message, fields, (some) => runs(some).flatMap((run) => writeRun(run))),
    'return p;',
  ];
}

function writeRun(run: readonly Field[]): string[] {
  const field = run[0]!;
  const name = `this.${field.name}`;
  if (field.sizeBytes > 0) {
    return [
      ...run.flatMap((each, index) => writeFixed(each, sizeBytes(run.slice(0, index)))),
      `p += ${sizeBytes(run)};`,
    ];
  }
  if (field.kind === 'varint') return [`p = writeVarint(${name}, out, p);`];
  if (field.kind === 'bytes') {
    return [
      `p = writeVarint(${name}Length, out, p);`,
      `copyBytes(${name}, ${name}Start, ${name}Length, out, p);`,
      `p += ${name}Length;`,
    ];
  }
  return [
    `p = writeVarint(${name}Count, out, p);`,
    `for (let i = 0; i < ${listEnd(field)}; i++) p = writeVarint(${name}[i]!, out, p);`,
  ];
}

function writeFixed(field: Field, offset: number): string[] {
  const name = `this.${field.name}`;
  if (field.kind === 'fixed') {
    return [`copyBytes(${name}, ${name}Start, ${field.sizeBytes}, out, ${position(offset)});`];
  }
  if (field.kind === 'u64')
    return [...writeBig(`${name}Hi`, offset, 4), ...writeBig(`${name}Lo`, offset + 4, 4)];
  return writeBig(name, offset, field.sizeBytes);
}

function writeBig(value: string, offset: number, bytes: number): string[] {
  return Array.from({ length: bytes }, (_, index) => {
    const shift = 8 * (bytes - 1 - index);
    return `out[${position(offset + index)}] = ${shift === 0 ? value : `${value} >>> ${shift}`};`;
  });
}

function checkCall(message: Message, fields: readonly Field[]): string[] {
  return checkMethod(message, fields).length === 0 ? [] : ['this.check();'];
}

/** Programmer errors are found before a byte is written; varintLength finds those of varints. */
function checkMethod(message: Message, fields: readonly Field[]): string[] {
  const flags =
    message.flags.length === 0
      ? []
      : [
          `if ((this.flags & ${hex(flagsMask(message))}) !== this.flags) ${misuseSource(message, 'flags', 'flags')}`,
        ];
  const checks = underConditions(message, fields, (some) =>
    some.filter((field) => field.kind !== 'flags').flatMap((field) => checkField(message, field)),
  );
  if (flags.length === 0 && checks.length === 0) return [];
  return ['', 'private check(): void {', ...flags, ...checks, '}'];
}

function checkField(message: Message, field: Field): string[] {
  const name = `this.${field.name}`;
  const max = `${message.className}.${upperSnakeCase(field.name)}_MAX`;
  switch (field.kind) {
    case 'u8':
    case 'u16':
    case 'u32':
      return [
        checkWidth(message, field.name, 8 * field.sizeBytes),
        ...(field.max === undefined ? [] : [checkAtMost(message, field.name, max)]),
      ];
    case 'varint':
      return field.max === undefined ? [] : [checkAtMost(message, field.name, max)];
    case 'u64':
      return [checkWidth(message, `${field.name}Hi`, 32), checkWidth(message, `${field.name}Lo`, 32)];
    case 'list':
      return [
        `if (${name}Count > ${max} || ${listEnd(field)} > ${name}.length) {`,
        misuseSource(message, `${field.name}Count`, `${field.name}Count`),
        '}',
      ];
    default:
      return checkBytesSource(message, field);
  }
}

function checkBytesSource(message: Message, field: Field): string[] {
  const name = `this.${field.name}`;
  const wrongLength = field.kind === 'fixed' ? `${name}Length !== ${field.sizeBytes} || ` : '';
  return [
    `if (${wrongLength}${name}Start + ${name}Length > ${name}.length) {`,
    misuseSource(message, field.name, `${field.name}Length`),
    '}',
  ];
}

function checkWidth(message: Message, property: string, bits: number): string {
  const narrow =
    bits === 32 ? `this.${property} >>> 0` : `(this.${property} & ${bits === 8 ? '0xff' : '0xffff'})`;
  return `if (${narrow} !== this.${property}) ${misuseSource(message, property, property)}`;
}

function checkAtMost(message: Message, property: string, max: string): string {
  return `if (this.${property} > ${max}) ${misuseSource(message, property, property)}`;
}

function misuseSource(message: Message, field: string, property: string): string {
  return `misuse('${message.className}.${field}', \`\${this.${property}} is out of range\`);`;
}

function listEnd(field: Field): string {
  const count = `this.${field.name}Count`;
  return field.items.length === 1 ? count : `${count} * ${field.items.length}`;
}

function position(offset: number): string {
  return offset === 0 ? 'p' : `p + ${offset}`;
}
