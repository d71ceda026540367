import type { Field, Flag, Message, WireTable } from './table.ts';
import { headerMinBytes, sizeBytes } from './layout.ts';
import { PAGE_HEADER, markdownTable, page } from './markdown.ts';
import { hex, sentence } from './source.ts';

/** spec/wire.md */
export function wirePage(table: WireTable): string {
  return page(
    PAGE_HEADER,
    '# Wire format',
    `dcQUIC v${table.version}. A UDP datagram holds one or more packets, each of which says its own length; the` +
      ' content of a control packet, once opened, holds frames. What the messages mean and when they are sent is in' +
      ' `protocol.md`; this page says where each bit stands. Golden vectors are in `vectors/`.',
    '## Types',
    markdownTable(['Type', 'Bytes', 'Encoding'], TYPES),
    VARINT_TEXT,
    markdownTable(['First two bits', 'Bytes', 'Values'], VARINT_ROWS),
    '## What a parser refuses',
    REFUSED,
    '## Packets',
    'The first byte of every packet:',
    markdownTable(
      ['Bits', 'Content'],
      [
        ['7–6', 'kind'],
        ['5–4', `version, ${table.version}`],
        ['3–0', 'flags of the kind'],
      ],
    ),
    markdownTable(
      ['Kind', 'Packet', 'Shortest header', 'Purpose'],
      table.packets.map((packet) => [
        String(packet.code),
        link(title(packet)),
        `${headerMinBytes(packet)} bytes`,
        sentence(packet.doc),
      ]),
    ),
    ...table.packets.flatMap((packet) => packetBlocks(packet, table.version)),
    '## Frames',
    markdownTable(
      ['Type', 'Frame', 'Wants an ACK', 'Purpose'],
      table.frames.map((frame) => [
        hex(frame.code),
        link(frame.name),
        frame.ackEliciting ? 'yes' : 'no',
        sentence(frame.doc),
      ]),
    ),
    ...table.frames.flatMap(frameBlocks),
  );
}

const TYPES = [
  ['u8 u16 u32', '1, 2, 4', 'unsigned, big endian'],
  ['u64', '8', 'as u32 twice, high half first; a random value, never arithmetic'],
  ['flags', '1', 'one bit each, as listed with the message; the others are 0'],
  ['varint', '1, 2, 4 or 8', 'see below'],
  ['bytes:N', 'N', 'as they are'],
  ['bytes', '1–8, then content', 'a varint, the length of the content, then the content'],
  [
    'list',
    '1–8, then items',
    'a varint, the number of items, then the items; every integer of an item is a varint',
  ],
  ['rest', 'what remains', 'up to the end of the packet'],
];

const VARINT_TEXT =
  'Varints are those of RFC 9000 section 16: the first two bits give the size, the others the value, big endian.' +
  ' A sender writes the shortest; a receiver takes any of the four.';

const VARINT_ROWS = [
  ['00', '1', '0 … 63'],
  ['01', '2', '0 … 16,383'],
  ['10', '4', '0 … 1,073,741,823'],
  ['11', '8', '0 … 9,007,199,254,740,991 (2^53 - 1); more is refused'],
];

const REFUSED = [
  '- **TRUNCATED**: the input ends inside a field, or a packet is longer than what is left of its datagram.',
  '- **VALUE**: another version, a bit that must be 0, a number above its bound or above 2^53 - 1, a list with more',
  '  items than its bound, a packet length below the shortest header of its kind.',
  '- **UNKNOWN**: a packet kind or frame type that is not in these tables.',
  '',
  'If more than one applies, either may be reported.',
];

function packetBlocks(packet: Message, version: number): (string | string[])[] {
  const top = (packet.code << 6) | (version << 4);
  const first = [
    '0',
    'first byte',
    'u8',
    '1',
    `\`${hex(top)}\`${packet.flags.length > 0 ? ' with flags' : ''}`,
  ];
  return [
    `### ${title(packet)}`,
    sentence(packet.doc),
    fieldTable([first, ...fieldRows(packet.fields)]),
    ...flagBlocks(packet.flags, 'Flags, in the first byte:'),
  ];
}

function frameBlocks(frame: Message): (string | string[])[] {
  return [
    `### ${frame.name}`,
    sentence(frame.doc),
    fieldTable([['0', 'type', 'u8', '1', `\`${hex(frame.code)}\``], ...fieldRows(frame.fields)]),
    ...flagBlocks(frame.flags, 'Flags:'),
  ];
}

function fieldTable(rows: readonly string[][]): string[] {
  return markdownTable(['Offset', 'Field', 'Type', 'Bytes', 'Content'], rows);
}

function fieldRows(fields: readonly Field[]): string[][] {
  return fields.map((field, index) => {
    const before = fields.slice(0, index);
    const known = before.every((each) => each.sizeBytes > 0 && each.condition === undefined);
    return [
      known ? String(1 + sizeBytes(before)) : '',
      `\`${field.name}\``,
      field.type,
      bytesText(field),
      contentText(field),
    ];
  });
}

function bytesText(field: Field): string {
  if (field.sizeBytes > 0) return String(field.sizeBytes);
  if (field.kind === 'rest') return '0 or more';
  return field.kind === 'varint' ? '1–8' : '1 or more';
}

function contentText(field: Field): string {
  const condition =
    field.condition === undefined
      ? ''
      : `Only ${field.condition.present ? 'with' : 'without'} \`${field.condition.flag}\``;
  const bound = field.max === undefined ? '' : `At most ${field.max}${field.kind === 'list' ? ' items' : ''}`;
  const items = field.kind === 'list' ? `Of ${field.items.map((item) => `\`${item}\``).join(', ')}` : '';
  return [condition, items, field.doc, bound]
    .filter((text) => text !== '')
    .map(sentence)
    .join(' ');
}

function flagBlocks(flags: readonly Flag[], head: string): (string | string[])[] {
  if (flags.length === 0) return [];
  const rows = flags.map((flag) => [
    String(flag.bit),
    hex(1 << flag.bit),
    `\`${flag.name}\``,
    sentence(flag.doc),
  ]);
  return [head, markdownTable(['Bit', 'Value', 'Flag', 'Meaning'], rows)];
}

function title(message: Message): string {
  return `${message.name[0]!.toUpperCase()}${message.name.slice(1)} packet`;
}

function link(heading: string): string {
  return `[${heading}](#${heading.toLowerCase().replaceAll(' ', '-')})`;
}
