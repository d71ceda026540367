import { z } from 'zod';
import { type Parsed, accept, refuse } from '../problem.ts';
import { type Ratio, RATIO_PATTERN, parseProbability } from '../ratio.ts';
import {
  type HostSelector,
  HOST_PATTERN,
  PLACE_PATTERN,
  type PlaceSelector,
  parseHosts,
  parsePlace,
} from '../selector.ts';
import { DURATION, RATE, parseQuantity, quantityPattern } from '../unit.ts';
import {
  type Field,
  DELAY_NS_MAX,
  choice,
  field,
  integer,
  list,
  quantity,
  record,
  unionError,
} from './field.ts';
import { HOST_FAULT_KINDS, type HostFaultDraft, hostFaultShapes } from './host-fault.ts';
import { flippedBits, holdBacks, packetNumbers } from './injection.ts';
import { packetBytes } from './link.ts';

interface WindowDraft {
  at: number;
  for?: number | undefined;
}

interface PlaceDraft extends WindowDraft {
  on: PlaceSelector;
}

interface PacketDraft extends PlaceDraft {
  rate?: Ratio | undefined;
  packets?: number[] | undefined;
}

/** A fault that hits packets, as written. */
export type PacketFaultDraft =
  | (PacketDraft & { kind: 'loss' | 'duplicate' | 'ecn-bleach' | 'icmp' })
  | (PacketDraft & { kind: 'reorder'; delay: number | number[] })
  | (PacketDraft & { kind: 'delay'; delay: number })
  | (PacketDraft & { kind: 'corrupt'; bits?: number[][] | undefined });

/** A fault as written: read, but not yet checked against the topology. */
export type FaultDraft = NetworkFaultDraft | HostFaultDraft;

export type NetworkFaultDraft =
  | PacketFaultDraft
  | (PlaceDraft & { kind: 'burst-loss'; rate: Ratio; burst: number })
  | (PlaceDraft & { kind: 'link-down' | 'nic-down' })
  | (PlaceDraft & { kind: 'mtu'; mtu: number })
  | (PlaceDraft & { kind: 'rate'; rate: number | Ratio })
  | (WindowDraft & { kind: 'partition'; between: HostSelector[][]; direction: 'both' | 'to' | 'from' });

const KINDS = [
  'loss',
  'burst-loss',
  'duplicate',
  'reorder',
  'delay',
  'corrupt',
  'rate',
  'mtu',
  'ecn-bleach',
  'icmp',
  'link-down',
  'nic-down',
  'partition',
  ...HOST_FAULT_KINDS,
];
/** An IPv4 packet of this length passes every link (RFC 791). */
const MTU_MIN = 68;
const BURST_MAX = 1_000_000;

const place: Field<PlaceSelector> = field(
  {
    type: 'string',
    pattern: PLACE_PATTERN,
    description: 'Where: cables, by their ends.',
    examples: [
      'all',
      'host[0..3]',
      'link(host[3])',
      'from(host[3])',
      'to(host[3])',
      'link(leaf0, spine1)',
      'nic(host[3], 0)',
      'switch(leaf0)',
    ],
  },
  'link(host[3]) or all',
  parsePlace,
);

const ratio: Field<Ratio> = field(
  {
    type: 'string',
    pattern: RATIO_PATTERN,
    description: 'Share of the packets that are hit.',
    examples: ['1/100'],
  },
  '1/100',
  parseProbability,
);

const rateLimit: Field<number | Ratio> = field(
  {
    type: 'string',
    pattern: `(${RATIO_PATTERN})|(${quantityPattern(RATE)})`,
    description: 'What is left of the rate: a share of it, or a rate.',
    examples: ['1/10', '10Gbps'],
  },
  '1/10',
  (input): Parsed<number | Ratio> => {
    const isRatio = typeof input === 'string' && new RegExp(RATIO_PATTERN).test(input);
    const parsed = isRatio ? parseProbability(input) : parseQuantity(RATE, input);
    if (!parsed.ok) {
      return isRatio
        ? parsed
        : refuse(parsed.message, 'write a share such as 1/10, or a rate such as 10Gbps');
    }
    const { value } = parsed;
    const isNothing = typeof value === 'number' ? value === 0 : value.numerator === 0;
    return isNothing ? refuse('a rate of 0 is no rate', 'write kind: link-down') : accept(value);
  },
);

/** A selector, or a list of them. */
const hostSet: Field<HostSelector[]> = field(
  {
    anyOf: [
      { type: 'string', pattern: HOST_PATTERN },
      { type: 'array', items: { type: 'string', pattern: HOST_PATTERN }, minItems: 1 },
    ],
    description: 'Hosts.',
    examples: ['host[0..2]'],
  },
  'host[0..2]',
  (input): Parsed<HostSelector[]> => {
    const selectors: HostSelector[] = [];
    const written: unknown[] = Array.isArray(input) ? input : [input];
    if (written.length === 0) return refuse('expected hosts, found an empty list', 'write host[0..2]');
    for (const one of written) {
      const parsed = parseHosts(one);
      if (!parsed.ok) return parsed;
      selectors.push(parsed.value);
    }
    return accept(selectors);
  },
);

const holdBack = quantity(DURATION, 'How long a packet is held back.', '20us', {
  min: 1,
  max: DELAY_NS_MAX,
  text: '1ns..1000s',
});

const window = {
  at: quantity(DURATION, 'When the fault begins.', '1ms').prefault('0ns'),
  for: quantity(DURATION, 'How long it lasts; absent: until the end of the run.', '2ms', {
    min: 1,
    text: '1ns and more',
  }).optional(),
};

function kind<const K extends string>(word: K, description: string): { kind: z.ZodLiteral<K> } {
  return { kind: z.literal(word).meta({ description }) };
}

const perPacket = { ...window, rate: ratio.optional(), packets: packetNumbers.optional(), on: place };
const onCables = { ...window, on: place };

const shapes = [
  record('fault', { ...kind('loss', 'Packets vanish.'), ...perPacket }),
  record('fault', {
    ...kind('burst-loss', 'Packets vanish several in a row (Gilbert–Elliott).'),
    ...window,
    rate: ratio,
    on: place,
    burst: integer('Mean number of packets lost in a row.', 1, BURST_MAX, 10),
  }),
  record('fault', { ...kind('duplicate', 'Packets arrive twice.'), ...perPacket }),
  record('fault', {
    ...kind('reorder', 'Packets arrive later by up to delay, so that others overtake them.'),
    ...perPacket,
    delay: holdBacks,
  }),
  record('fault', {
    ...kind('delay', 'Packets arrive later by delay, and those behind them no earlier.'),
    ...perPacket,
    delay: holdBack,
  }),
  record('fault', {
    ...kind('corrupt', 'Packets arrive with changed bytes.'),
    ...perPacket,
    bits: flippedBits.optional(),
  }),
  record('fault', { ...kind('ecn-bleach', 'The ECN bits of packets are cleared.'), ...perPacket }),
  record('fault', {
    ...kind('icmp', 'Senders are told that packets could not be delivered, though they are.'),
    ...perPacket,
  }),
  record('fault', { ...kind('rate', 'Cables are slower.'), ...onCables, rate: rateLimit }),
  record('fault', {
    ...kind('mtu', 'Cables take no packets longer than mtu.'),
    ...onCables,
    mtu: packetBytes('Longest IP packet, in bytes.', MTU_MIN, '1400'),
  }),
  record('fault', { ...kind('link-down', 'Cables carry nothing.'), ...onCables }),
  record('fault', { ...kind('nic-down', 'NICs are dead.'), ...onCables }),
  record('fault', {
    ...kind('partition', 'What the hosts of one set send does not get to those of the other.'),
    ...window,
    between: list(hostSet),
    direction: choice(
      'direction',
      ['both', 'to', 'from'],
      'Cut off: both directions, only from the first set to the second, or only back.',
    ).prefault('both'),
  }),
  ...hostFaultShapes,
] as const;

export const faultShape: Field<FaultDraft> = z.discriminatedUnion('kind', shapes, {
  error: unionError('fault', 'kind', KINDS, []),
});
