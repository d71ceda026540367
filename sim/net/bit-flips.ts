import type { Packet } from './packet.ts';
import type { Rng } from '../random/rng.ts';

export const FLIPS_MAX = 3;

/** Appends one to three different bit positions in a datagram of `lengthBytes` to `flips`; none if it is empty. */
export function drawFlips(rng: Rng, lengthBytes: number, flips: number[]): void {
  if (lengthBytes === 0) return;
  const start = flips.length;
  const count = 1 + rng.below(FLIPS_MAX);
  while (flips.length < start + count) {
    const bit = rng.below(lengthBytes * 8);
    // The same bit twice would be no corruption at all.
    if (!flips.includes(bit, start)) flips.push(bit);
  }
}

/** Appends given bit positions, taken modulo the length of the datagram, each once; none if it is empty. */
export function giveFlips(bits: readonly number[], lengthBytes: number, flips: number[]): void {
  if (lengthBytes === 0) return;
  const start = flips.length;
  for (const bit of bits) {
    const inside = bit % (lengthBytes * 8);
    if (!flips.includes(inside, start)) flips.push(inside);
  }
}

/** Flips the bits and returns the content hash afterwards. */
export function applyFlips(packet: Packet, flips: readonly number[]): number {
  const bytes = packet.datagram();
  for (const bit of flips) (bytes[bit >> 3] as number) ^= 1 << (bit & 7);
  return packet.contentHash();
}
