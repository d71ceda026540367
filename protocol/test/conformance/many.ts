import { expect } from 'vitest';
import { pattern, sameBytes } from '../support/pair.ts';
import type { Bed, Case, Station } from './bed.ts';
import { PATIENT, pairOf } from './bed.ts';

async function star(bed: Bed, body: Uint8Array, got: number[], ends: number): Promise<Station[]> {
  const stations: Station[] = [];
  for (let i = 0; i < ends; i += 1) {
    const unary = (request: { body: Uint8Array }): Uint8Array => {
      expect(sameBytes(request.body, body)).toBe(true);
      got.push(i);
      return pattern(i);
    };
    const station = await bed.open(
      { unary, ...(i === 1 ? { accept: () => ({ reject: 'full', status: 507 }) } : {}) },
      { mayFail: i === 2 },
    );
    stations.push(station);
  }
  return stations;
}

export const MANY: Case[] = [
  {
    name: 'a broadcast reaches each peer once; one that rejects and one that is gone fail alone. REQ PAT-13, PAT-14, HEALTH-10',
    options: PATIENT,
    async run(bed) {
      for (const [size, isCut] of [
        [100, false],
        [200_000, true],
      ] as const) {
        const body = pattern(size);
        const got: number[] = [];
        const told: number[] = [];
        const stations = await star(bed, body, got, 5);
        const hub = await bed.open();
        const peers: number[] = [];
        for (const station of stations) peers.push(await bed.connect(hub, station));
        if (isCut) bed.cut(stations[2]!);
        const outcomes = await hub.pool.broadcast(peers, body, { onOutcome: ({ peer }) => told.push(peer) });
        const third = isCut ? undefined : 2;
        const answers = outcomes.map(({ response }) => response?.body.length);
        expect(answers).toEqual([0, undefined, third, 3, 4]);
        expect([outcomes[1]!.error?.reason, outcomes[1]!.error?.status]).toEqual(['rejected', 507]);
        expect(outcomes[2]!.error?.reason).toBe(isCut ? 'peer-timeout' : undefined);
        expect(outcomes.map(({ peer }) => peer)).toEqual(peers);
        expect(told.toSorted((a, b) => a - b)).toEqual(peers.toSorted((a, b) => a - b));
        expect(got.toSorted((a, b) => a - b)).toEqual(isCut ? [0, 3, 4] : [0, 2, 3, 4]);
        expect(hub.state().recordBuffers).toBe(0);
      }
    },
  },
  {
    name: 'a datagram arrives once, with its headers, at a peer that has proven itself. REQ PAT-16',
    async run(bed) {
      const got: unknown[] = [];
      const { client, peer } = await pairOf(bed, {
        unary: ({ body }) => body,
        datagram: ({ body, headers }) =>
          got.push([sameBytes(body, pattern(body.length)), body.length, headers['n']]),
      });
      await client.pool.unaryRpc(peer, pattern(0));
      for (const [i, size] of [0, 900, 1300].entries()) {
        expect(client.pool.datagram(peer, pattern(size), { headers: { n: `${i}` } })).toBe(true);
        await bed.until(() => got.length === i + 1);
      }
      expect(got).toEqual([
        [true, 0, '0'],
        [true, 900, '1'],
        [true, 1300, '2'],
      ]);
      expect(() => client.pool.datagram(peer, pattern(65_536))).toThrow(
        expect.objectContaining({ code: 'ERR_DCQUIC_SIZE' }),
      );
    },
  },
];
