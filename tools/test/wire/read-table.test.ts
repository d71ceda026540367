/** A table that makes no sense is refused with file, line and remedy, before anything is generated from it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../generate.ts';
import { TableError } from '../../wire/node.ts';
import { readTable } from '../../wire/read-table.ts';

const packet = `
  data:
    kind: 1
    doc: d
    flags: { again: { bit: 0 } }
    fields:
      - { name: length, type: u16 }
      - { name: payload, type: rest }`;
const frame = `
  PROBE:
    type: 0x18
    doc: d
    fields:
      - { name: nonce, type: u64 }`;

function table(parts: { packets?: string; frames?: string; errors?: string; version?: string }): string {
  const errors = '\n  transfer: { A: { code: 1, doc: d } }\n  exchange: { OK: { code: 0, doc: d } }';
  return `version: ${parts.version ?? '2'}
packets:${parts.packets ?? packet}
frames:${parts.frames ?? frame}
errors:${parts.errors ?? errors}
`;
}

/** A frame with these fields. */
function fields(...lines: string[]): string {
  const items = lines.map((line) => `\n      - { ${line} }`).join('');
  return table({ frames: `\n  TEST:\n    type: 1\n    doc: d\n    fields:${items}` });
}

test('the table of the project is accepted', () => {
  const read = readTable(readFileSync(join(projectRoot(), 'spec/wire.yaml'), 'utf8'), 'spec/wire.yaml');
  expect(read.packets.map(({ className }) => className)).toEqual(['ControlPacket', 'DataPacket']);
  expect(read.frames.find(({ name }) => name === 'PULL_REQUEST')?.flags).toEqual([
    { name: 'retransmission', bit: 0, doc: 'the ranges were pulled before' },
  ]);
});

test.each([
  ['no YAML', 'version: [', /^wire\.yaml: /],
  [
    'an unknown key',
    `${table({})}more: 1`,
    /wire\.yaml:19: more is not a known key; there are: version, packets/,
  ],
  [
    'a version of three bits',
    table({ version: '4' }),
    /wire\.yaml:1: version must be an integer in 0 … 3, not 4/,
  ],
  [
    'an unknown type',
    fields('name: a, type: u24'),
    /:15: frames\.TEST\.fields\[0\] \(a\)\.type must be one of u8/,
  ],
  ['a field without a type', fields('name: a'), /:15: frames\.TEST\.fields\[0\] \(a\) needs a key 'type'/],
  ['a misspelt key', fields('name: a, type: u8, maxx: 3'), /:15: .*maxx is not a known key/],
  ['a snake_case name', fields('name: a_b, type: u8'), /must be a camelCase name, not 'a_b'/],
  ['two fields of one name', fields('name: a, type: u8', 'name: a, type: u8'), /:16: .*two members 'a'/],
  [
    'fields that collide in code',
    fields('name: a, type: bytes', 'name: aStart, type: u8'),
    /two members 'aStart'/,
  ],
  ['a field named as a method', fields('name: parse, type: u8'), /two members 'parse'/],
  ['a frame with a length', fields('name: length, type: u8'), /may not hold 'length'/],
  ['a frame with a rest', fields('name: a, type: rest'), /a frame has no rest/],
  ['a list without a bound', fields('name: a, type: list, of: [b]'), /is a list and needs 'max'/],
  ['a list of nothing', fields('name: a, type: list, max: 3'), /needs 'of' if and only if it is a list/],
  [
    'a bound beyond the type',
    fields('name: a, type: u8, max: 256'),
    /must be an integer in 0 … 255, not 256/,
  ],
  ['a bound of bytes', fields('name: a, type: bytes, max: 256'), /bounds only integers and lists/],
  [
    'flags without bits',
    fields('name: flags, type: flags'),
    /needs 'bits' if and only if it is of type flags/,
  ],
  ['flags of another name', fields('name: f, type: flags, bits: { x: { bit: 0 } }'), /must be named 'flags'/],
  [
    'bit 8',
    fields('name: flags, type: flags, bits: { x: { bit: 8 } }'),
    /bit must be an integer in 0 … 7, not 8/,
  ],
  [
    'one bit for two flags',
    fields('name: flags, type: flags, bits: { x: { bit: 1 }, y: { bit: 1 } }'),
    /gives one bit to two flags/,
  ],
  [
    'a condition before its flag',
    fields('name: a, type: u8, when: x', 'name: flags, type: flags, bits: { x: { bit: 0 } }'),
    /:15: .*when names 'x', which is no flag that stands before this field/,
  ],
  [
    'both conditions',
    fields('name: flags, type: flags, bits: { x: { bit: 0 } }', 'name: a, type: u8, when: x, unless: x'),
    /has both 'when' and 'unless'/,
  ],
  [
    'two frames of one type',
    table({ frames: frame + frame.replace('PROBE', 'OTHER') }),
    /PROBE and OTHER the same code 24/,
  ],
  [
    'a frame type of two bytes',
    table({ frames: frame.replace('0x18', '0x40') }),
    /integer in 0 … 63, not 64/,
  ],
  [
    'a packet that does not begin with its length',
    table({ packets: packet.replace('length', 'size') }),
    /u16 'length'/,
  ],
  [
    'a packet without a rest',
    table({ packets: packet.replace('rest', 'u8') }),
    /must end with a field of type 'rest'/,
  ],
  [
    'a flag in the version bits',
    table({ packets: packet.replace('bit: 0', 'bit: 4') }),
    /integer in 0 … 3, not 4/,
  ],
  [
    'a list in a packet',
    table({
      packets: packet.replace('- { name: payload', '- { name: a, type: bytes }\n      - { name: payload'),
    }),
    /may not hold 'a' of type bytes: a packet has a plain header and a rest/,
  ],
  [
    'one code for two errors',
    table({ errors: '\n  transfer: { A: { code: 1, doc: d }, B: { code: 1, doc: d } }\n  exchange: {}' }),
    /errors\.transfer gives one code to two errors/,
  ],
])('refuses %s', (_, yaml, message) => {
  const read = (): unknown => readTable(yaml, 'wire.yaml');
  expect(read).toThrow(TableError);
  expect(read).toThrow(message);
});
