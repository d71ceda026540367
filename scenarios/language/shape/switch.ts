import { type Parsed, accept, describe, refuse } from '../problem.ts';
import type { SwitchSettings } from '../scenario.ts';
import { SIZE, parseQuantity, quantityPattern } from '../unit.ts';
import { type Field, choice, field, integer, quantity, record } from './field.ts';

const UNLIMITED = 'unlimited';
const PACKETS = /^([1-9]\d{0,6})packets$/;

const buffer: Field<number> = field(
  {
    anyOf: [{ const: UNLIMITED }, { type: 'string', pattern: quantityPattern(SIZE) }],
    description: 'Buffer shared by all output ports of one switch.',
    examples: ['500KB', UNLIMITED],
  },
  '500KB',
  (input) => {
    if (input === UNLIMITED) return accept(Number.POSITIVE_INFINITY);
    const parsed = parseQuantity(SIZE, input);
    if (parsed.ok && parsed.value < 1) {
      return refuse(`${String(input)} is outside 1B and more`, 'give a value of 1B and more');
    }
    return parsed;
  },
);

type PortBound = { portBytes: number } | { portPackets: number };

const port: Field<PortBound> = field(
  {
    type: 'string',
    pattern: `(${PACKETS.source})|(${quantityPattern(SIZE)})`,
    description: 'Most that waits at one output port, beside the buffer.',
    examples: ['500KB', '8packets'],
  },
  '8packets',
  (input): Parsed<PortBound> => {
    const packets = typeof input === 'string' ? PACKETS.exec(input) : null;
    if (packets !== null) return accept({ portPackets: Number(packets[1]) });
    const parsed = parseQuantity(SIZE, input);
    if (parsed.ok) return accept({ portBytes: parsed.value });
    const remedy = 'write a number of packets or of bytes, for example 8packets or 500KB';
    return refuse(`expected a bound for a port, found ${describe(input)}`, remedy);
  },
);

export const switchShape: Field<SwitchSettings> = record('switch', {
  buffer: buffer.prefault('500KB'),
  port: port.optional(),
  ecn: quantity(
    SIZE,
    'Bytes waiting at a port above which packets are marked; absent: no marking.',
    '75KB',
  ).optional(),
  priorities: integer('Priority queues of each output port.', 1, 8, 8).prefault(8),
  spray: choice('spray', ['packet', 'ecmp'], 'How packets choose among equal paths.').prefault('packet'),
})
  .superRefine((settings, context) => {
    const { buffer: bufferBytes, port: bound, ecn } = settings;
    const portBytes = bound !== undefined && 'portBytes' in bound ? bound.portBytes : bufferBytes;
    if (ecn === undefined || ecn <= Math.min(bufferBytes, portBytes)) return;
    const what = portBytes < bufferBytes ? 'switch.port' : 'switch.buffer';
    const message = `the ECN threshold is above the buffer\nmark below the size of the buffer, or raise ${what}`;
    context.addIssue({ code: 'custom', path: ['ecn'], message });
  })
  .transform(({ buffer: bufferBytes, port: bound, ecn, priorities, spray }) => {
    return { bufferBytes, ...bound, ...(ecn !== undefined && { ecnBytes: ecn }), priorities, spray };
  });
