import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventFiles } from '../../events/files.ts';
import { projectRoot } from '../../generate.ts';

const yaml = readFileSync(join(projectRoot(), 'spec/events.yaml'), 'utf8');

/** REQ EVT-2, EVT-3. */
test.each<[string, string, string, RegExp]>([
  ['a label without bound', 'by: why, from', 'by: peer, from', /no field of packetDropped/],
  ['a label that is a number', 'by: reason, from', 'by: peer, from', /no enum: a label needs few values/],
  [
    'a counter that could go down',
    'metric: dcquic_packets_useful',
    'metric: dcquic_packets_useful_total',
    /no counter/,
  ],
  ['a counter without _total', 'dcquic_violations_total', 'dcquic_violations', /must end in _total/],
  [
    'two metrics of one name',
    'dcquic_data_packets_sent_total',
    'dcquic_control_packets_sent_total',
    /another metric/,
  ],
  [
    'an event that there is not',
    'from: [{ event: packetReceived }]',
    'from: [{ event: nothing }]',
    /no event/,
  ],
  ['a sum of what is no number', 'add: newBytes', 'add: name', /no field/],
  ['a condition that is no flag', 'when: isMarked', 'when: why', /no field/],
  ['a time that is not in seconds', 'latency_seconds', 'latency_ns', /must end in _seconds/],
  ['a field that every event has', 'name: isMarked', 'name: atNs', /which every event has/],
  ['a type that there is not', 'type: flag', 'type: bool', /must be one of peer/],
  ['a level that there is not', 'level: trace', 'level: debug', /must be one of trace/],
])('a table with %s is refused, with its line', (_what, from, to, message) => {
  const changed = yaml.replace(from, to);
  expect(changed).not.toBe(yaml);
  expect(() => eventFiles(changed, 'events.yaml')).toThrow(
    new RegExp(`^events.yaml:\\d+: .*${message.source}`),
  );
});

test('a new event of the table is a method, a type and a row', () => {
  const event =
    '  somethingHappened:\n    level: info\n    doc: It did.\n    fields: []\n  datagramReceived:\n';
  const files = eventFiles(yaml.replace('  datagramReceived:\n', event), 'events.yaml');
  const text = (path: string): string => files.get(path) ?? '';
  expect(text('protocol/telemetry/generated/telemetry.ts')).toContain('somethingHappened(): void {');
  expect(text('protocol/telemetry/generated/events.ts')).toContain(
    'export interface SomethingHappenedEvent {',
  );
  expect(text('spec/events.md')).toContain('**somethingHappened**: It did.');
});
