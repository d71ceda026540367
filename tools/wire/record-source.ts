import type { Field, Message } from './table.ts';
import { underConditions } from './layout.ts';
import { docComment } from './source.ts';
import { upperSnakeCase } from './names.ts';

/** The type of a message's owned record. */
export function recordTypeSource(message: Message): string[] {
  const head = `/** An owned copy of a ${message.className}; fields under a condition are there only if it holds. */`;
  const name = `${message.className}Record`;
  const members = recordMembers(message);
  if (members.length === 0) return [head, `export type ${name} = Record<string, never>;`];
  return [head, `export interface ${name} {`, ...members, '}'];
}

function recordMembers(message: Message): string[] {
  const flags = `flags: { ${message.flags.map((flag) => `${flag.name}: boolean`).join('; ')} };`;
  const own = message.form === 'packet' && message.flags.length > 0 ? [flags] : [];
  return [
    ...own,
    ...message.fields.flatMap((field) => {
      if (field.kind === 'flags') return [flags];
      const mark = field.condition === undefined ? '' : '?';
      return [...docComment(field.doc), `${field.name}${mark}: ${recordType(field)};`];
    }),
  ];
}

function recordType(field: Field): string {
  if (field.kind === 'u64') return 'U64Record';
  if (field.kind === 'list') return `{ ${field.items.map((item) => `${item}: number`).join('; ')} }[]`;
  return ['fixed', 'bytes', 'rest'].includes(field.kind) ? 'Uint8Array' : 'number';
}

/** The methods `toRecord` and `load`. */
export function recordMethodsSource(message: Message): string[] {
  const record = `${message.className}Record`;
  if (recordMembers(message).length === 0) {
    return [
      `toRecord(): ${record} {`,
      'return {};',
      '}',
      '',
      `load(_record: ${record}): this {`,
      'return this;',
      '}',
    ];
  }
  return [
    '/** An owned copy that stays valid when the bytes behind this view change. */',
    `toRecord(): ${record} {`,
    ...toRecordBody(message),
    '}',
    '',
    '/** Takes the values of `record`; throws a RangeError if one breaks a rule of the table. */',
    `load(record: ${record}): this {`,
    ...loadFlags(message),
    ...underConditions(message, message.fields, (fields, absent) => [
      ...absent.flatMap((field) => loadAbsent(message, field)),
      ...fields.flatMap((field) => loadField(message, field)),
    ]),
    'return this;',
    '}',
  ];
}

function toRecordBody(message: Message): string[] {
  const flags = `flags: { ${message.flags
    .map((flag) => `${flag.name}: (this.flags & ${message.className}.${upperSnakeCase(flag.name)}) !== 0`)
    .join(', ')} },`;
  const own = message.form === 'packet' && message.flags.length > 0 ? [flags] : [];
  const plain = message.fields.filter((field) => field.condition === undefined);
  const conditional = message.fields.filter((field) => field.condition !== undefined);
  return [
    `const record: ${message.className}Record = {`,
    ...own,
    ...plain.map((field) => (field.kind === 'flags' ? flags : `${field.name}: ${recordValue(field)},`)),
    '};',
    ...plain.filter((field) => field.kind === 'list').flatMap(pushItems),
    ...underConditions(message, conditional, (fields) =>
      fields.flatMap((field) => [
        `record.${field.name} = ${recordValue(field)};`,
        ...(field.kind === 'list' ? pushItems(field) : []),
      ]),
    ),
    'return record;',
  ];
}

function recordValue(field: Field): string {
  const name = `this.${field.name}`;
  if (field.kind === 'u64') return `{ hi: ${name}Hi, lo: ${name}Lo }`;
  if (field.kind === 'list') return '[]';
  if (['fixed', 'bytes', 'rest'].includes(field.kind)) {
    return `new Uint8Array(${name}.subarray(${name}Start, ${name}Start + ${name}Length))`;
  }
  return name;
}

function pushItems(field: Field): string[] {
  const width = field.items.length;
  const members = field.items.map((item, index) => {
    const at = width === 1 ? 'i' : index === 0 ? `i * ${width}` : `i * ${width} + ${index}`;
    return `${item}: this.${field.name}[${at}]!`;
  });
  return [
    `for (let i = 0; i < this.${field.name}Count; i++) {`,
    `record.${field.name}.push({ ${members.join(', ')} });`,
    '}',
  ];
}

function loadFlags(message: Message): string[] {
  if (message.flags.length === 0) return [];
  const bits = message.flags.map(
    (flag) => `(record.flags.${flag.name} ? ${message.className}.${upperSnakeCase(flag.name)} : 0)`,
  );
  return [`this.flags = ${bits.join(' | ')};`];
}

function loadField(message: Message, field: Field): string[] {
  const from = `record.${field.name}`;
  const to = `this.${field.name}`;
  const label = `${message.className}.${field.name}`;
  const max = `${message.className}.${upperSnakeCase(field.name)}_MAX`;
  switch (field.kind) {
    case 'flags':
      return [];
    case 'u64':
      return [
        `${to}Hi = checkInteger(${from}${field.condition ? '?' : ''}.hi, 0xffff_ffff, '${label}.hi');`,
        `${to}Lo = checkInteger(${from}${field.condition ? '?' : ''}.lo, 0xffff_ffff, '${label}.lo');`,
      ];
    case 'fixed':
    case 'bytes':
    case 'rest':
      return [
        `${to} = checkBytes(${from}, ${field.kind === 'fixed' ? field.sizeBytes : -1}, '${label}');`,
        `${to}Start = 0;`,
        `${to}Length = ${to}.length;`,
      ];
    case 'list':
      return [
        `${to}Count = checkInteger(${from}${field.condition ? '?' : ''}.length, ${max}, '${label}.length');`,
        `for (let i = 0; i < ${to}Count; i++) {`,
        ...field.items.map((item, index) => {
          const at = field.items.length === 1 ? 'i' : `i * ${field.items.length} + ${index}`;
          return `${to}[${at}] = checkInteger(${from}${field.condition ? '!' : ''}[i]!.${item}, VARINT_MAX, '${label}.${item}');`;
        }),
        '}',
      ];
    default:
      return [
        `${to} = checkInteger(${from}, ${field.max === undefined ? typeMax(field) : max}, '${label}');`,
      ];
  }
}

function typeMax(field: Field): string {
  return { u8: '0xff', u16: '0xffff', u32: '0xffff_ffff' }[field.kind as string] ?? 'VARINT_MAX';
}

function loadAbsent(message: Message, field: Field): string[] {
  const rule = `does not go with these flags`;
  return [
    `if (record.${field.name} !== undefined) misuse('${message.className}.${field.name}', '${rule}');`,
    ...resetSource(field),
  ];
}

/** What an absent field holds, so that a reused view keeps no bytes and shows no value of the message before. */
export function resetSource(field: Field): string[] {
  const name = `this.${field.name}`;
  switch (field.kind) {
    case 'u64':
      return [`${name}Hi = 0;`, `${name}Lo = 0;`];
    case 'list':
      return [`${name}Count = 0;`];
    case 'bytes':
    case 'fixed':
      return [`${name} = NO_BYTES;`, `${name}Start = 0;`, `${name}Length = ${field.sizeBytes};`];
    default:
      return [`${name} = 0;`];
  }
}
