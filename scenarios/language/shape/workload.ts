import { z } from 'zod';
import { BUILT_IN_NAMES } from '../../distributions/built-in.ts';
import { MESSAGE_BYTES_MAX } from '../../distributions/size-distribution.ts';
import { type Parsed, accept, refuse } from '../problem.ts';
import { type Ratio, parseShare } from '../ratio.ts';
import type { Dependency } from '../scenario.ts';
import { HOST_PATTERN, type HostSelector, parseHosts } from '../selector.ts';
import { DURATION, SIZE, parseQuantity, quantityPattern } from '../unit.ts';
import {
  type Field,
  choice,
  field,
  flag,
  integer,
  list,
  name,
  quantity,
  record,
  unionError,
} from './field.ts';

/** A workload as written: read, but not yet checked against the topology and the other workloads. */
export interface WorkloadDraft {
  name: string;
  pattern: 'unary';
  from: HostSelector[];
  to: HostSelector[];
  request: SizeDraft;
  response: SizeDraft;
  count?: number | undefined;
  load?: Ratio | undefined;
  concurrency?: number | undefined;
  start: number;
  stop?: number | undefined;
  priority: number;
  deadline?: number | undefined;
  after: Dependency[];
}

/** `source`: the name of a built-in distribution, or `file:PATH`. */
export type SizeDraft = { kind: 'fixed'; bytes: number } | { kind: 'distribution'; source: string };

const PATTERNS = ['unary'];
const LATER_PATTERNS = [
  'streaming-response',
  'streaming-request',
  'bidirectional',
  'bulk',
  'broadcast',
  'datagram',
];

const EXCHANGES_MAX = 1_000_000;

function hosts(description: string): Field<HostSelector[]> {
  const one = { type: 'string', pattern: HOST_PATTERN };
  const schema = {
    anyOf: [one, { type: 'array', items: one, minItems: 1 }],
    description,
    examples: ['host[1..100]', 'all'],
  };
  return field(schema, 'host[1..100]', (input) => {
    const selectors: HostSelector[] = [];
    for (const item of Array.isArray(input) && input.length > 0 ? input : [input]) {
      const parsed = parseHosts(item);
      if (!parsed.ok) return parsed;
      selectors.push(parsed.value);
    }
    return accept(selectors);
  });
}

function size(description: string, example: string): Field<SizeDraft> {
  const schema = {
    anyOf: [
      { type: 'string', pattern: quantityPattern(SIZE) },
      { enum: [...BUILT_IN_NAMES] },
      { type: 'string', pattern: '^file:.+' },
    ],
    description,
    examples: [example],
  };
  return field(schema, example, parseSize);
}

function parseSize(input: unknown): Parsed<SizeDraft> {
  if (typeof input === 'string' && (BUILT_IN_NAMES.includes(input) || /^file:./.test(input))) {
    return accept({ kind: 'distribution', source: input });
  }
  const parsed = parseQuantity(SIZE, input);
  if (!parsed.ok) {
    const isWord = typeof input === 'string' && !/^\d/.test(input);
    return isWord
      ? refuse(
          parsed.message,
          `${parsed.remedy}; or a distribution: ${[...BUILT_IN_NAMES, 'file:PATH'].join(', ')}`,
        )
      : parsed;
  }
  if (parsed.value > MESSAGE_BYTES_MAX)
    return refuse(`${String(input)} is too large`, 'a message has at most 1GiB');
  return accept({ kind: 'fixed', bytes: parsed.value });
}

const load: Field<Ratio> = field(
  {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      { type: 'string', pattern: '^\\d+/\\d+$' },
    ],
    description: 'Poisson arrivals: the share of its link that each source offers.',
  },
  '0.6',
  parseShare,
);

const dependency: Field<Dependency> = record('after', {
  workload: name('Name of the workload to wait for.', 'reads'),
  wait: choice('wait', ['request', 'response'], 'What of the other exchange to wait for.').prefault(
    'response',
  ),
  cascade: flag('Whether a failure of the other ends this one.').prefault(true),
});

const unary = record('workload', {
  name: name('Unique name.', 'reads'),
  pattern: z.literal('unary').meta({ description: 'One request, one response.' }),
  from: hosts('The hosts that offer exchanges.'),
  to: hosts('The hosts they are offered to; a host never calls itself.'),
  request: size('Size of a request, or a distribution.', '450KB'),
  response: size('Size of a response, or a distribution.', '64B'),
  count: integer('Exchanges of each source, all offered at the start.', 1, EXCHANGES_MAX, 1).optional(),
  load: load.optional(),
  concurrency: integer('Exchanges outstanding at each source.', 1, EXCHANGES_MAX, 10).optional(),
  start: quantity(DURATION, 'When the first exchange is offered.', '0ms').prefault('0ns'),
  stop: quantity(
    DURATION,
    'With load or concurrency: when no more exchanges are offered.',
    '20ms',
  ).optional(),
  priority: integer('0 is the highest, 7 the lowest.', 0, 7, 3).prefault(3),
  deadline: quantity(DURATION, 'So long after its offer the caller gives an exchange up.', '1ms').optional(),
  after: list(dependency).prefault([]),
});

export const workloadShape: Field<WorkloadDraft> = z.discriminatedUnion('pattern', [unary], {
  error: unionError('workload', 'pattern', PATTERNS, LATER_PATTERNS),
});
