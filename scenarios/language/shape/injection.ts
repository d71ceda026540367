import { type Parsed, accept, describe, refuse } from '../problem.ts';
import { DURATION, parseQuantity, quantityPattern } from '../unit.ts';
import { type Field, DELAY_NS_MAX, field } from './field.ts';

/** Bits of the longest datagram. */
const BIT_MAX = 8 * 65_535 - 1;

/** The packets that a fault hits, by number. */
export const packetNumbers: Field<number[]> = field(
  {
    type: 'array',
    items: { type: 'integer', minimum: 1 },
    minItems: 1,
    uniqueItems: true,
    description:
      'The packets that are hit, instead of a share of them: numbers from 1, ascending, counted as they pass the place while the fault lasts.',
    examples: [[17, 45]],
  },
  '[17, 45]',
  (input): Parsed<number[]> => {
    const remedy = 'write the numbers of packets, from 1, ascending: [17, 45]';
    if (!Array.isArray(input)) return refuse(`expected numbers of packets, found ${describe(input)}`, remedy);
    if (input.length === 0) return refuse('expected numbers of packets, found an empty list', remedy);
    const numbers: unknown[] = input;
    for (const [i, number] of numbers.entries()) {
      if (!isWhole(number, 1, Number.MAX_SAFE_INTEGER))
        return refuse(`${describe(number)} is no number of a packet`, remedy);
      if (i > 0 && number <= (numbers[i - 1] as number))
        return refuse(`${number} comes after ${String(numbers[i - 1])}`, remedy);
    }
    return accept(numbers as number[]);
  },
);

/** Of reordering: the longest delay, or that of each listed packet. */
export const holdBacks: Field<number | number[]> = field(
  {
    anyOf: [
      { type: 'string', pattern: quantityPattern(DURATION) },
      { type: 'array', items: { type: 'string', pattern: quantityPattern(DURATION) }, minItems: 1 },
    ],
    description:
      'How long a packet is held back: with rate the longest, with packets that of all, or a list with that of each.',
    examples: ['20us', ['20us', '3us']],
  },
  '20us',
  (input): Parsed<number | number[]> => {
    if (!Array.isArray(input)) return holdBack(input);
    const delays: number[] = [];
    for (const one of input as unknown[]) {
      const parsed = holdBack(one);
      if (!parsed.ok) return parsed;
      delays.push(parsed.value);
    }
    return accept(delays);
  },
);

function holdBack(input: unknown): Parsed<number> {
  const parsed = parseQuantity(DURATION, input);
  if (!parsed.ok || (parsed.value >= 1 && parsed.value <= DELAY_NS_MAX)) return parsed;
  return refuse(`${String(input)} is outside 1ns..1000s`, 'give a value of 1ns..1000s');
}

/** The bits that are flipped in each listed packet. */
export const flippedBits: Field<number[][]> = field(
  {
    type: 'array',
    items: { type: 'array', items: { type: 'integer', minimum: 0, maximum: BIT_MAX }, minItems: 1 },
    minItems: 1,
    description:
      'With packets: the bits that are flipped in each of them, counted from the start of the datagram, around if it is shorter.',
    examples: [[[3, 99], [7]]],
  },
  '[[3, 99], [7]]',
  (input): Parsed<number[][]> => {
    const remedy = 'write a list of bits for each packet: [[3, 99], [7]]';
    if (!Array.isArray(input)) return refuse(`expected lists of bits, found ${describe(input)}`, remedy);
    for (const bits of input as unknown[]) {
      if (!Array.isArray(bits) || bits.length === 0)
        return refuse(`expected a list of bits, found ${describe(bits)}`, remedy);
      const wrong = (bits as unknown[]).find((bit) => !isWhole(bit, 0, BIT_MAX));
      if (wrong !== undefined) return refuse(`${describe(wrong)} is no bit of a datagram`, remedy);
    }
    return accept(input as number[][]);
  },
);

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
}
