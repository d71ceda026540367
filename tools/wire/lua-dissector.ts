import type { Field, Message, WireTable } from './table.ts';
import { upperSnakeCase } from './names.ts';
import { sentence } from './source.ts';

/** Where Wireshark looks for dcQUIC; captures of simulations use it (reports/pcap). */
export const DISSECTOR_PORT = 4433;

/** spec/dcquic.lua: the headers of packets for Wireshark. What they carry is sealed, so frames do not appear. */
export function luaDissector(table: WireTable): string {
  const names = table.packets.map(({ code, name }) => `[${code}] = ${quoted(name)}`).join(', ');
  return [
    '-- Generated from spec/wire.yaml by `npm run generate`. Do not edit.',
    `-- Headers of dcQUIC v${table.version} packets for Wireshark: tshark -X lua_script:spec/dcquic.lua -r FILE, or copy it to the folder of`,
    '-- personal Lua plugins. Frames are sealed and not shown.',
    `local VERSION = ${table.version}`,
    `local KINDS = { ${names} }`,
    'local dcquic = Proto("dcquic", "dcQUIC")',
    'local malformed = ProtoExpert.new("dcquic.malformed", "No dcQUIC packet", expert.group.MALFORMED, expert.severity.ERROR)',
    'local fields = {',
    '  kind = ProtoField.uint8("dcquic.kind", "Kind", base.DEC, KINDS, 0xc0),',
    '  version = ProtoField.uint8("dcquic.version", "Version", base.DEC, nil, 0x30),',
    ...table.packets.flatMap((packet) => [
      ...packet.flags.map((flag) => flagSource(packet, flag.name, flag.bit, flag.doc)),
      ...packet.fields.map((field) => fieldSource(packet, field)),
    ]),
    '}',
    'dcquic.fields = fields',
    'dcquic.experts = { malformed }',
    '',
    '-- In the order of the wire; size 0: up to the end of the packet, -1: a varint (RFC 9000 section 16).',
    'local PACKETS = {',
    ...table.packets.flatMap((packet) => [
      `  [${packet.code}] = {`,
      `    flags = { ${packet.flags.map((flag) => `fields.${key(packet, flag.name)}`).join(', ')} },`,
      ...packet.fields.map(
        (field) =>
          `    { name = ${quoted(field.name)}, field = fields.${key(packet, field.name)}, size = ${sizeOf(field)}, shown = ${isShown(field)} },`,
      ),
      '  },',
    ]),
    '}',
    INTERPRETER,
    `DissectorTable.get("udp.port"):add(${DISSECTOR_PORT}, dcquic)`,
    'DissectorTable.get("udp.port"):add_for_decode_as(dcquic)',
    '',
  ].join('\n');
}

function flagSource(packet: Message, name: string, bit: number, doc: string): string {
  const mask = `0x${(1 << bit).toString(16).padStart(2, '0')}`;
  return `  ${key(packet, name)} = ProtoField.bool(${quoted(filter(packet, name))}, ${quoted(name)}, 8, nil, ${mask}, ${quoted(sentence(doc))}),`;
}

function fieldSource(packet: Message, field: Field): string {
  const [type, base] = TYPES[field.kind] ?? ['bytes', 'base.NONE'];
  const args = [quoted(filter(packet, field.name)), quoted(field.name), base];
  // Bytes have neither value names nor a mask.
  if (type !== 'bytes') args.push('nil', 'nil');
  return `  ${key(packet, field.name)} = ProtoField.${type}(${[...args, quoted(sentence(field.doc))].join(', ')}),`;
}

const TYPES: Partial<Record<Field['kind'], [string, string]>> = {
  u8: ['uint8', 'base.DEC'],
  u16: ['uint16', 'base.DEC'],
  u32: ['uint32', 'base.DEC'],
  u64: ['uint64', 'base.HEX'],
  varint: ['uint64', 'base.DEC'],
};

function sizeOf(field: Field): number {
  if (field.kind === 'varint') return -1;
  if (field.sizeBytes > 0 || field.kind === 'rest') return field.sizeBytes;
  throw new Error(`no packet has had a field of type ${field.type}: teach the dissector ${field.name}`);
}

/** Whether it stands in the packet list. */
function isShown({ kind, name }: Field): boolean {
  return name !== 'length' && (kind === 'u8' || kind === 'u32' || kind === 'varint');
}

function filter(packet: Message, name: string): string {
  return `dcquic.${packet.name}.${upperSnakeCase(name).toLowerCase()}`;
}

function key(packet: Message, name: string): string {
  return `${packet.name}_${upperSnakeCase(name).toLowerCase()}`;
}

/** Lua and JSON write strings alike, but for control characters. */
function quoted(text: string): string {
  if (/\p{Cc}/u.test(text)) throw new Error(`a control character in ${JSON.stringify(text)}`);
  return JSON.stringify(text);
}

const INTERPRETER = `
local SIZES = { 1, 2, 4, 8 }
local LOW_62_BITS = UInt64.new(0xffffffff, 0x3fffffff)

local function varint(range)
  local value = range:len() == 8 and range:uint64() or UInt64.new(range:uint())
  local bits = 8 * range:len() - 2
  local mask = bits == 62 and LOW_62_BITS or UInt64.new(2 ^ bits - 1)
  return value:band(mask)
end

-- Adds the packet that begins at \`at\`. Returns where it ends, nil if it is none, and what it is in a few words.
local function add_packet(tvb, at, root)
  local first = tvb(at, 1)
  local kind = first:bitfield(0, 2)
  local packet = PACKETS[kind]
  local tree = root:add(dcquic, tvb(at))
  tree:add(fields.kind, first)
  tree:add(fields.version, first)
  if packet == nil or first:bitfield(2, 2) ~= VERSION then
    tree:add_proto_expert_info(malformed, "unknown kind or version")
    return nil, "unknown"
  end
  for _, flag in ipairs(packet.flags) do tree:add(flag, first) end
  local limit = tvb:len()
  local start = at
  local words = { KINDS[kind] }
  at = at + 1
  for _, part in ipairs(packet) do
    local size = part.size
    if size == 0 then size = limit - at end
    if size < 0 then size = at < limit and SIZES[math.floor(tvb(at, 1):uint() / 64) + 1] or 1 end
    if at + size > limit then
      tree:add_proto_expert_info(malformed, "ends inside " .. part.name)
      return nil, "truncated " .. KINDS[kind]
    end
    if size > 0 then
      local range = tvb(at, size)
      local text
      if part.size < 0 then
        local value = varint(range)
        tree:add(part.field, range, value)
        text = tostring(value)
      else
        tree:add(part.field, range)
        text = size <= 4 and tostring(range:uint()) or ""
      end
      if part.shown then words[#words + 1] = part.name .. "=" .. text end
      if part.name == "length" then
        if start + range:uint() > limit then
          tree:add_proto_expert_info(malformed, "longer than its datagram")
          return nil, "truncated " .. KINDS[kind]
        end
        limit = start + range:uint()
      end
    end
    at = at + size
  end
  tree:set_len(limit - start)
  tree:append_text(" " .. KINDS[kind])
  return limit, table.concat(words, " ")
end

function dcquic.dissector(tvb, pinfo, root)
  pinfo.cols.protocol = "dcQUIC"
  local packets = {}
  local at = 0
  while at ~= nil and at < tvb:len() do
    local text
    at, text = add_packet(tvb, at, root)
    packets[#packets + 1] = text
  end
  pinfo.cols.info = table.concat(packets, ", ")
  return tvb:len()
end
`;
