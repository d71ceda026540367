import { z } from 'zod';
import { type Ratio, RATIO_PATTERN, parseProbability } from '../ratio.ts';
import { PLACE_PATTERN, type PlaceSelector, parsePlace } from '../selector.ts';
import { DURATION } from '../unit.ts';
import { type Field, DELAY_NS_MAX, field, quantity, record, unionError } from './field.ts';

interface FaultWindowDraft {
  at: number;
  for?: number | undefined;
  rate: Ratio;
  on: PlaceSelector;
}

/** A fault as written: read, but not yet checked against the topology. */
export type FaultDraft = FaultWindowDraft &
  ({ kind: 'loss' | 'duplicate' | 'corrupt' } | { kind: 'reorder'; delay: number });

const KINDS = ['loss', 'duplicate', 'reorder', 'corrupt'];
const LATER_KINDS =
  'burst-loss delay rate ecn-bleach partition link-down nic-down crash pause clock slow-app exhaust icmp mtu'.split(
    ' ',
  );

const place: Field<PlaceSelector> = field(
  {
    type: 'string',
    pattern: PLACE_PATTERN,
    description: 'Where: the NICs of hosts, the cables of hosts, or every cable.',
    examples: ['all', 'host[0..3]', 'link(host[3])'],
  },
  'link(host[3]) or all',
  parsePlace,
);

const window = {
  at: quantity(DURATION, 'When the fault begins.', '1ms').prefault('0ns'),
  for: quantity(DURATION, 'How long it lasts; absent: until the end of the run.', '2ms', {
    min: 1,
    text: '1ns and more',
  }).optional(),
  rate: field(
    {
      type: 'string',
      pattern: RATIO_PATTERN,
      description: 'Share of the packets that are hit.',
      examples: ['1/100'],
    },
    '1/100',
    parseProbability,
  ),
  on: place,
};

const loss = record('fault', { kind: z.literal('loss').meta({ description: 'Packets vanish.' }), ...window });
const duplicate = record('fault', {
  kind: z.literal('duplicate').meta({ description: 'Packets arrive twice.' }),
  ...window,
});
const reorder = record('fault', {
  kind: z
    .literal('reorder')
    .meta({ description: 'Packets arrive later by up to delay, so that others overtake them.' }),
  ...window,
  delay: quantity(DURATION, 'Most that a packet is held back.', '20us', {
    min: 1,
    max: DELAY_NS_MAX,
    text: '1ns..1000s',
  }),
});
const corrupt = record('fault', {
  kind: z.literal('corrupt').meta({ description: 'Packets arrive with changed bytes.' }),
  ...window,
});

export const faultShape: Field<FaultDraft> = z.discriminatedUnion(
  'kind',
  [loss, duplicate, reorder, corrupt],
  {
    error: unionError('fault', 'kind', KINDS, LATER_KINDS),
  },
);
