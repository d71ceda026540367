import { accept, refuse } from '../problem.ts';
import type { LinkSettings } from '../scenario.ts';
import { DURATION, RATE, SIZE, parseQuantity, quantityPattern } from '../unit.ts';
import { type Field, DELAY_NS_MAX, field, quantity, record } from './field.ts';

const MTU_MIN = 576;
const MTU_MAX = 65_535;

/** Packet sizes are usually written without a unit, so both `1500` and `1500B` are read. */
export function packetBytes(description: string, min: number, example: string): Field<number> {
  const schema = {
    anyOf: [
      { type: 'integer', minimum: min, maximum: MTU_MAX },
      { type: 'string', pattern: quantityPattern(SIZE) },
    ],
    description,
  };
  return field(schema, example, (input) => {
    const parsed = Number.isSafeInteger(input) ? accept(input as number) : parseQuantity(SIZE, input);
    if (!parsed.ok) return parsed;
    if (parsed.value >= min && parsed.value <= MTU_MAX) return parsed;
    return refuse(`${String(input)} is out of range`, `give a whole number of bytes, ${min}..${MTU_MAX}`);
  });
}

export function linkRate(description: string, example: string): Field<number> {
  const bounds = { min: 1_000_000, max: 10_000_000_000_000, text: '1Mbps..10Tbps' };
  return quantity(RATE, description, example, bounds);
}

export const linkDelay: Field<number> = quantity(
  DURATION,
  'Propagation delay of one cable, one way.',
  '650ns',
  { min: 0, max: DELAY_NS_MAX, text: '0ns..1000s' },
);

export const linkShape: Field<LinkSettings> = record('link', {
  rate: linkRate('Rate of each host link.', '100Gbps').prefault('100Gbps'),
  delay: linkDelay.prefault('650ns'),
  mtu: packetBytes('Largest IP packet, in bytes.', MTU_MIN, '1500').prefault(1500),
}).transform(({ rate, delay, mtu: mtuBytes }) => ({ rateBps: rate, delayNs: delay, mtuBytes }));
