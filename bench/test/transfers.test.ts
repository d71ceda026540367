import { expect, it } from 'vitest';
import { Fill } from '../transfers/fill.ts';

it.each([
  ['offered', 'endpoint'],
  ['served', 'endpoint'],
  ['served', 'pool'],
] as const)(
  'transfers that wait, %s, %s: as many at both sides as were begun, and none afterwards',
  async (idle, api) => {
    const fill = new Fill(idle, api);
    const { sender, receiver } = fill.pair;
    const held = (): unknown[] =>
      [sender, receiver].map(({ endpoint: { state } }) => [
        state.exchanges,
        state.inbound,
        state.memoryBytes,
      ]);
    for (let round = 0; round < 2; round += 1) {
      await fill.begin(1500);
      const announced = idle === 'offered' ? 1500 : 0;
      expect(held()).toEqual([
        [1500, 0, 0],
        [1500, announced, 0],
      ]);
      await fill.end();
      expect(held()).toEqual([
        [0, 0, 0],
        [0, 0, 0],
      ]);
    }
  },
);
