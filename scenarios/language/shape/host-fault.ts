import { z } from 'zod';
import { type Parsed, accept, describe, refuse } from '../problem.ts';
import { type Ratio, parseProbability } from '../ratio.ts';
import { type HostSelector, HOST_PATTERN, parseHosts } from '../selector.ts';
import { DURATION, SIZE, parseQuantity, quantityPattern } from '../unit.ts';
import { type Field, DELAY_NS_MAX, field, quantity, record } from './field.ts';

interface OnHosts {
  at: number;
  on: HostSelector;
}

interface Lasting extends OnHosts {
  for?: number | undefined;
}

/** A fault of hosts as written: read, but not yet checked against the topology. */
export type HostFaultDraft =
  | (OnHosts & { kind: 'crash'; restart?: number | undefined })
  | (Lasting & { kind: 'pause' })
  | (Lasting & {
      kind: 'clock';
      offset?: number | undefined;
      drift?: Ratio | undefined;
      jump?: number | undefined;
    })
  | (Lasting & { kind: 'slow-app'; delay?: number | undefined; every?: number | undefined })
  | (Lasting & { kind: 'exhaust'; room: number });

export const HOST_FAULT_KINDS: readonly HostFaultDraft['kind'][] = [
  'crash',
  'pause',
  'clock',
  'slow-app',
  'exhaust',
];

const hosts: Field<HostSelector> = field(
  {
    type: 'string',
    pattern: HOST_PATTERN,
    description: 'Hosts.',
    examples: ['host[3]', 'host[0..2]', 'all'],
  },
  'host[3]',
  parseHosts,
);

/** By how much a clock is wrong. */
function step(description: string): Field<number> {
  const pattern = quantityPattern(DURATION).replace('^', '^-?');
  return field({ type: 'string', pattern, description, examples: ['5ms', '-5ms'] }, '5ms', (input) => {
    const isBack = typeof input === 'string' && input.startsWith('-');
    const parsed = parseQuantity(DURATION, isBack ? input.slice(1) : input);
    if (!parsed.ok) return parsed;
    if (parsed.value < 1 || parsed.value > DELAY_NS_MAX) {
      return refuse(
        `${String(input)} is outside 1ns..1000s`,
        'give 1ns..1000s, forward, or back with a - in front',
      );
    }
    return accept(isBack ? -parsed.value : parsed.value);
  });
}

const drift: Field<Ratio> = field(
  {
    type: 'string',
    pattern: '^-?\\d+/\\d+$',
    description: 'The share of the time that the clock gains, or with a - in front loses.',
    examples: ['100/1000000', '-1/1000'],
  },
  '100/1000000',
  (input): Parsed<Ratio> => {
    const isSlow = typeof input === 'string' && input.startsWith('-');
    const parsed = parseProbability(isSlow ? input.slice(1) : input);
    const remedy = 'write for example 100/1000000 for 100 ppm too fast, or -100/1000000';
    if (!parsed.ok) return refuse(parsed.message, remedy);
    const { numerator, denominator } = parsed.value;
    if (numerator === 0) return refuse('a drift of 0 is none', remedy);
    if (isSlow && numerator === denominator) return refuse(`${describe(input)} stops the clock`, remedy);
    return accept({ numerator: isSlow ? -numerator : numerator, denominator });
  },
);

const at = quantity(DURATION, 'When the fault begins.', '1ms').prefault('0ns');
const positive = { min: 1, max: DELAY_NS_MAX, text: '1ns..1000s' };
const lasting = {
  at,
  for: quantity(DURATION, 'How long it lasts; absent: until the end of the run.', '2ms', {
    min: 1,
    text: '1ns and more',
  }).optional(),
  on: hosts,
};

function kind<const K extends string>(word: K, description: string): { kind: z.ZodLiteral<K> } {
  return { kind: z.literal(word).meta({ description }) };
}

const crash = record('fault', {
  ...kind('crash', 'Hosts go down, and lose all they know.'),
  at,
  restart: quantity(DURATION, 'How much later they begin anew; absent: never.', '1ms', {
    min: 1,
    text: '1ns and more',
  }).optional(),
  on: hosts,
});

const pause = record('fault', { ...kind('pause', 'Hosts do nothing; packets wait.'), ...lasting });

const clock = record('fault', {
  ...kind('clock', 'The clocks of hosts are wrong.'),
  ...lasting,
  offset: step('It shows so much more, or less, while the fault lasts.').optional(),
  drift: drift.optional(),
  jump: step('It is set forward, or back, when the fault begins, and stays so.').optional(),
});

const slowApp = record('fault', {
  ...kind('slow-app', 'Handlers answer late.'),
  ...lasting,
  delay: quantity(DURATION, 'Each answer comes so late.', '100us', positive).optional(),
  every: quantity(DURATION, 'A host gives at most one answer in so long.', '10us', positive).optional(),
});

const exhaust = record('fault', {
  ...kind('exhaust', 'Hosts have little room for messages that they receive.'),
  ...lasting,
  room: quantity(SIZE, 'What they have room for at a time.', '64KB', { min: 1, text: '1B and more' }),
});

export const hostFaultShapes: readonly (Field<HostFaultDraft> & z.core.$ZodTypeDiscriminable)[] = [
  crash,
  pause,
  clock,
  slowApp,
  exhaust,
];
