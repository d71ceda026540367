import type { Condition, ErrorCode, Field, FieldKind, Flag, Message, WireTable } from './table.ts';
import { TableNode } from './node.ts';
import { pascalCase } from './names.ts';

const FIXED_BYTES: Record<string, number> = { u8: 1, u16: 2, u32: 4, u64: 8, flags: 1 };
const INTEGER_MAX: Record<string, number> = {
  u8: 0xff,
  u16: 0xffff,
  u32: 0xffff_ffff,
  varint: Number.MAX_SAFE_INTEGER,
};
const CAMEL_CASE = /^[a-z][a-zA-Z0-9]*$/;
const UPPER_CASE = /^[A-Z][A-Z0-9_]*$/;
/** A list may be that long at most: its array is kept. */
const LIST_MAX = 4096;
/** Members of every generated class; a field of that name would collide. */
const RESERVED = ['parse', 'emit', 'load', 'toRecord', 'check', 'emitHeader', 'emitLength', 'headerEnd'];

/** Reads and validates the wire table; throws a TableError that names file and line. */
export function readTable(text: string, file: string): WireTable {
  const root = TableNode.parse(text, file);
  root.entries(['version', 'packets', 'frames', 'errors']);
  const packets = root.need('packets').entries();
  const frames = root.need('frames').entries();
  const errors = root.need('errors');
  errors.entries(['transfer', 'exchange']);
  return {
    version: root.need('version').integer(0, 3),
    packets: unique(
      packets.map(([name, node]) => readPacket(name, node)),
      root.need('packets'),
    ),
    frames: unique(
      frames.map(([name, node]) => readFrame(name, node)),
      root.need('frames'),
    ),
    transferErrors: readErrors(errors.need('transfer')),
    exchangeStatuses: readErrors(errors.need('exchange')),
  };
}

function readPacket(name: string, node: TableNode): Message {
  node.entries(['kind', 'doc', 'flags', 'fields']);
  if (!CAMEL_CASE.test(name)) node.fail('must have a camelCase name');
  const flagsNode = node.get('flags');
  const flags = flagsNode === undefined ? [] : readFlags(flagsNode, 4);
  const { fields } = readFields(node.need('fields'), flags);
  const wrong = (rule: string): never => node.need('fields').fail(rule);
  if (fields[0]?.name !== 'length' || fields[0].kind !== 'u16') wrong(`must begin with a u16 'length'`);
  if (fields.at(-1)?.kind !== 'rest') wrong(`must end with a field of type 'rest'`);
  for (const field of fields) {
    if (field.condition !== undefined || ['bytes', 'list', 'flags'].includes(field.kind)) {
      wrong(`may not hold '${field.name}' of type ${field.type}: a packet has a plain header and a rest`);
    }
  }
  return {
    form: 'packet',
    name,
    className: `${pascalCase(name)}Packet`,
    code: node.need('kind').integer(0, 3),
    ackEliciting: false,
    flags,
    fields,
    doc: node.need('doc').string(),
  };
}

function readFrame(name: string, node: TableNode): Message {
  node.entries(['type', 'doc', 'ackEliciting', 'fields']);
  if (!UPPER_CASE.test(name)) node.fail('must have an UPPER_CASE name');
  const { fields, flags } = readFields(node.need('fields'), []);
  for (const field of fields) {
    if (field.kind === 'rest') node.need('fields').fail(`may not hold '${field.name}': a frame has no rest`);
    if (field.name === 'length') node.need('fields').fail(`may not hold 'length': the codec has that method`);
  }
  return {
    form: 'frame',
    name,
    className: pascalCase(name),
    code: node.need('type').integer(0, 0x3f),
    ackEliciting: node.get('ackEliciting')?.boolean() ?? false,
    flags,
    fields,
    doc: node.need('doc').string(),
  };
}

function readFields(
  node: TableNode,
  packetFlags: readonly Flag[],
): { fields: Field[]; flags: readonly Flag[] } {
  const fields: Field[] = [];
  const taken = new Set(RESERVED);
  let flags = packetFlags;
  for (const item of node.items()) {
    const field = readField(item, flags);
    if (field.kind === 'flags') {
      if (flags.length > 0) item.fail('is a second set of flags');
      if (field.name !== 'flags') item.fail(`must be named 'flags'`);
      flags = readFlags(item.need('bits'), 8);
    }
    if (fields.at(-1)?.kind === 'rest') item.fail('stands after the rest of the packet');
    for (const name of propertyNames(field)) {
      if (taken.has(name)) item.fail(`would give the class two members '${name}'; choose another name`);
      taken.add(name);
    }
    fields.push(field);
  }
  return { fields, flags };
}

function readField(node: TableNode, flags: readonly Flag[]): Field {
  node.entries(['name', 'type', 'doc', 'max', 'of', 'bits', 'when', 'unless']);
  const name = node.need('name').name(CAMEL_CASE, 'a camelCase name');
  const named = node.called(`${node.path} (${name})`);
  const type = named.need('type').string();
  const kind = fieldKind(type, named);
  const fixed = kind === 'fixed' ? Number(type.slice('bytes:'.length)) : (FIXED_BYTES[kind] ?? 0);
  const isList = kind === 'list';
  if (isList !== (named.get('of') !== undefined)) named.fail(`needs 'of' if and only if it is a list`);
  if ((kind === 'flags') !== (named.get('bits') !== undefined)) {
    named.fail(`needs 'bits' if and only if it is of type flags`);
  }
  const max = named.get('max');
  if (isList && max === undefined) named.fail(`is a list and needs 'max', the most items it may have`);
  if (max !== undefined && !isList && INTEGER_MAX[kind] === undefined) {
    max.fail('bounds only integers and lists');
  }
  return {
    name,
    kind,
    type,
    sizeBytes: fixed,
    max: max?.integer(0, isList ? LIST_MAX : INTEGER_MAX[kind]!),
    items: (named.get('of')?.items() ?? []).map((item) => item.name(CAMEL_CASE, 'a camelCase name')),
    condition: readCondition(named, kind, flags),
    doc: named.get('doc')?.string() ?? '',
  };
}

function fieldKind(type: string, node: TableNode): FieldKind {
  if (/^bytes:[1-9][0-9]{0,3}$/.test(type)) return 'fixed';
  const kinds: readonly string[] = ['u8', 'u16', 'u32', 'u64', 'varint', 'flags', 'bytes', 'rest', 'list'];
  if (kinds.includes(type)) return type as FieldKind;
  return node.need('type').fail(`must be one of ${kinds.join(', ')}, bytes:N, not '${type}'`);
}

function readCondition(node: TableNode, kind: FieldKind, flags: readonly Flag[]): Condition | undefined {
  const when = node.get('when');
  const unless = node.get('unless');
  if (when !== undefined && unless !== undefined) node.fail(`has both 'when' and 'unless'; keep one`);
  const key = when ?? unless;
  if (key === undefined) return undefined;
  if (kind === 'flags' || kind === 'rest') node.fail(`is of type ${kind} and cannot be conditional`);
  const flag = key.string();
  if (!flags.some((known) => known.name === flag)) {
    key.fail(`names '${flag}', which is no flag that stands before this field`);
  }
  return { flag, present: when !== undefined };
}

function readFlags(node: TableNode, bits: number): Flag[] {
  const flags = node.entries().map(([name, entry]): Flag => {
    entry.entries(['bit', 'doc']);
    if (!CAMEL_CASE.test(name)) entry.fail('must have a camelCase name');
    return { name, bit: entry.need('bit').integer(0, bits - 1), doc: entry.get('doc')?.string() ?? '' };
  });
  if (new Set(flags.map((flag) => flag.bit)).size < flags.length) node.fail('gives one bit to two flags');
  return flags;
}

function readErrors(node: TableNode): ErrorCode[] {
  const codes = node.entries().map(([name, entry]): ErrorCode => {
    entry.entries(['code', 'doc']);
    if (!UPPER_CASE.test(name)) entry.fail('must have an UPPER_CASE name');
    return { name, code: entry.need('code').integer(0, 0xffff), doc: entry.need('doc').string() };
  });
  if (new Set(codes.map((error) => error.code)).size < codes.length)
    node.fail('gives one code to two errors');
  return codes;
}

function unique(messages: Message[], node: TableNode): Message[] {
  const seen = new Map<number, string>();
  for (const message of messages) {
    const other = seen.get(message.code);
    if (other !== undefined) node.fail(`give ${other} and ${message.name} the same code ${message.code}`);
    seen.set(message.code, message.name);
  }
  return messages;
}

/** Members that the generated class has for a field. */
function propertyNames(field: Field): string[] {
  if (field.kind === 'u64') return [`${field.name}Hi`, `${field.name}Lo`];
  if (field.kind === 'list') return [field.name, `${field.name}Count`];
  if (['fixed', 'bytes', 'rest'].includes(field.kind)) {
    return [field.name, `${field.name}Start`, `${field.name}Length`];
  }
  return [field.name];
}
