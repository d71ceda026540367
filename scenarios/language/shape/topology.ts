import { z } from 'zod';
import type { LinkSettings, SwitchSettings, Topology } from '../scenario.ts';
import { parseQuantity, quantityPattern, RATE, SIZE, DURATION } from '../unit.ts';
import { accept, refuse } from '../problem.ts';
import {
  type Field,
  DELAY_NS_MAX,
  choice,
  field,
  integer,
  only,
  quantity,
  record,
  unionError,
} from './field.ts';

export const TOPOLOGY_KINDS: readonly string[] = ['star'];
const LATER_KINDS = ['leaf-spine', 'fat-tree', 'graph'];

/** More hosts than a simulation in one process can hold. */
export const HOSTS_MAX = 10_000;
const MTU_MIN = 576;
const MTU_MAX = 65_535;

/** Packet sizes are usually written without a unit, so both `1500` and `1500B` are read. */
const mtu: Field<number> = field(
  {
    anyOf: [
      { type: 'integer', minimum: MTU_MIN, maximum: MTU_MAX },
      { type: 'string', pattern: quantityPattern(SIZE) },
    ],
    description: 'Largest IP packet, in bytes.',
  },
  '1500',
  (input) => {
    const parsed = Number.isSafeInteger(input) ? accept(input as number) : parseQuantity(SIZE, input);
    if (!parsed.ok) return parsed;
    if (parsed.value >= MTU_MIN && parsed.value <= MTU_MAX) return parsed;
    return refuse(`${String(input)} is out of range`, `give a whole number of bytes, ${MTU_MIN}..${MTU_MAX}`);
  },
);

const link: Field<LinkSettings> = record('link', {
  rate: quantity(RATE, 'Rate of each host link.', '100Gbps', {
    min: 1_000_000,
    max: 10_000_000_000_000,
    text: '1Mbps..10Tbps',
  }).prefault('100Gbps'),
  delay: quantity(DURATION, 'Propagation delay of one cable, one way.', '650ns', {
    min: 0,
    max: DELAY_NS_MAX,
    text: '0ns..1000s',
  }).prefault('650ns'),
  mtu: mtu.prefault(1500),
}).transform(({ rate, delay, mtu: mtuBytes }) => ({ rateBps: rate, delayNs: delay, mtuBytes }));

const switchSettings: Field<SwitchSettings> = record('switch', {
  buffer: quantity(SIZE, 'Buffer shared by all output ports.', '500KB', {
    min: 1,
    text: '1B and more',
  }).prefault('500KB'),
  ecn: quantity(
    SIZE,
    'Bytes waiting at a port above which packets are marked; absent: no marking.',
    '75KB',
  ).optional(),
  priorities: integer('Priority queues of each output port.', 1, 8, 8).prefault(8),
  spray: choice('spray', ['packet', 'ecmp'], 'How packets choose among equal paths.').prefault('packet'),
})
  .superRefine(({ buffer, ecn }, context) => {
    if (ecn === undefined || ecn <= buffer) return;
    const message =
      'the ECN threshold is above the buffer\nmark below the size of the buffer, or raise switch.buffer';
    context.addIssue({ code: 'custom', path: ['ecn'], message });
  })
  .transform(({ buffer, ecn, priorities, spray }) => {
    return { bufferBytes: buffer, ...(ecn !== undefined && { ecnBytes: ecn }), priorities, spray };
  });

const star = record('topology', {
  kind: z.literal('star').meta({ description: 'Every host on one output-queued switch.' }),
  hosts: integer('Number of hosts.', 2, HOSTS_MAX, 16),
  nics: only(1, 'NICs of each host.', 'this version simulates one NIC for each host: write nics: 1').prefault(
    1,
  ),
  link: link.prefault({}),
  switch: switchSettings.prefault({}),
});

export const topologyShape: Field<Topology> = z.discriminatedUnion('kind', [star], {
  error: unionError('topology', 'kind', TOPOLOGY_KINDS, LATER_KINDS),
});
