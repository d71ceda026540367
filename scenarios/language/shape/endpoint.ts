import { accept, describe, refuse } from '../problem.ts';
import type { EndpointSettings } from '../scenario.ts';
import { DURATION, SIZE } from '../unit.ts';
import { type Field, DELAY_NS_MAX, choice, field, integer, quantity, record } from './field.ts';

/** The ranges are those that an endpoint takes; its kernel's limit for one batch is 64 segments. */
const BURST_MAX = 64;
const WINDOW_MAX = 65_536;
const PATHS_MAX = 64;
const WORKERS_MAX = 256;
const KEY_PACKETS_MAX = 8_388_608;
const BUDGET_MIN = 0.5;
const BUDGET_MAX = 64;

const budget: Field<number> = field(
  {
    type: 'number',
    minimum: BUDGET_MIN,
    maximum: BUDGET_MAX,
    description: 'Pulled and not yet arrived, as a multiple of the bandwidth-delay product.',
  },
  '1.5',
  (input) => {
    const remedy = `write a number ${BUDGET_MIN}..${BUDGET_MAX}, for example 1.5`;
    if (typeof input !== 'number') return refuse(`expected a number, found ${describe(input)}`, remedy);
    return input >= BUDGET_MIN && input <= BUDGET_MAX
      ? accept(input)
      : refuse(`${input} is out of range`, remedy);
  },
);

const pull = quantity(SIZE, 'Most bytes in one pull.', '64KiB', {
  min: 1024,
  max: 1_073_741_824,
  text: '1KiB..1GiB',
});

const memory = quantity(SIZE, 'Messages being received at once, over all peers.', '4GiB', {
  min: 1,
  max: 1_099_511_627_776,
  text: '1B..1TiB',
});

const early = quantity(
  SIZE,
  'How much of a message may be sent before it is pulled, also to a peer that is met for the first time.',
  '64KiB',
  { min: 0, max: 1_048_576, text: '0B..1MiB' },
);

const peerTimeout = quantity(DURATION, 'Silence after which a peer with something in flight is dead.', '5s', {
  min: 1_000,
  max: 3_600_000_000_000,
  text: '1us..3600s',
});

const hostDelay = quantity(DURATION, 'From the arrival of a packet at a NIC to its delivery.', '500ns', {
  min: 0,
  max: DELAY_NS_MAX,
  text: '0ns..1000s',
});

const gro = quantity(
  SIZE,
  'Packets of one source that arrive within hostDelay are received as one datagram, at most so long.',
  '64KiB',
  { min: 1024, max: 65_536, text: '1KiB..64KiB' },
);

export const endpointShape: Field<EndpointSettings> = record('endpoint', {
  crypto: choice('crypto', ['sim', 'real'], 'Cipher suite: a fast deterministic one, or AES-GCM.').prefault(
    'sim',
  ),
  control: choice(
    'control',
    ['receiver', 'sender-burst'],
    'Who decides when data is sent: its receiver, or, to compare with, its sender at once.',
  ).prefault('receiver'),
  inline: quantity(SIZE, 'Largest message that travels inside its notification.', '1KB', {
    min: 0,
    max: 65_535,
    text: '0B..65535B',
  }).optional(),
  pull: pull.optional(),
  budget: budget.optional(),
  early: early.optional(),
  burst: integer('Most data segments sent in one batch.', 1, BURST_MAX, 16).optional(),
  paths: integer('UDP flows over which data to one peer is spread.', 1, PATHS_MAX, 16).optional(),
  peerTimeout: peerTimeout.optional(),
  window: integer('Requests that a peer may have announced and not ended.', 1, WINDOW_MAX, 1024).optional(),
  memory: memory.optional(),
  keyPackets: integer('Packets sealed under one control key.', 1, KEY_PACKETS_MAX, 8_388_608).optional(),
  hostDelay: hostDelay.prefault('0ns'),
  gro: gro.optional(),
  workers: integer('Workers of each host, spread over its NICs.', 1, WORKERS_MAX, 1).optional(),
}).transform(({ crypto, control, hostDelay: hostDelayNs, ...given }) => ({
  crypto,
  ...(control === 'sender-burst' && { control }),
  hostDelayNs,
  ...(given.gro !== undefined && { groBytes: given.gro }),
  ...(given.workers !== undefined && { workers: given.workers }),
  options: {
    ...(given.inline !== undefined && { inlineBytesMax: given.inline }),
    ...(given.pull !== undefined && { pullBytesMax: given.pull }),
    ...(given.budget !== undefined && { budgetRatio: given.budget }),
    ...(given.early !== undefined && { earlyBytesMax: given.early, earlyBytesInitial: given.early }),
    ...(given.burst !== undefined && { burstSegments: given.burst }),
    ...(given.paths !== undefined && { paths: given.paths }),
    ...(given.peerTimeout !== undefined && { peerTimeoutNs: given.peerTimeout }),
    ...(given.window !== undefined && { notifyWindow: given.window }),
    ...(given.memory !== undefined && { receiveBytesMax: given.memory }),
    ...(given.keyPackets !== undefined && { keyPacketsMax: given.keyPackets }),
  },
}));
