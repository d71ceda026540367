import { describe, test } from 'vitest';
import type { EndpointOptions } from '../../endpoint/options.ts';
import type { Bed, Case, Station } from './bed.ts';
import { expectSettled } from './bed.ts';
import { BULK } from './bulk.ts';
import { CAUSALITY } from './causality.ts';
import { ENDS } from './ends.ts';
import { MANY } from './many.ts';
import { OFFERS } from './offers.ts';
import { STREAMS } from './streams.ts';
import { UNARY } from './unary.ts';

const CASES: readonly Case[] = [UNARY, STREAMS, OFFERS, BULK, MANY, CAUSALITY, ENDS].flat();

/** Makes a bed for one case, gives it to `run`, and takes it away whatever comes of that. */
export type WithBed = (
  options: Partial<EndpointOptions>,
  run: (bed: Bed, intact: () => readonly Station[]) => Promise<void>,
) => Promise<void>;

/**
 * What a pool promises, wherever it runs: one body of cases for every kind of network. Each case ends with nothing left of any exchange at
 * the stations that are there and can be reached. `isWanted`: a selection of them. REQ TEST-I1
 */
export function conformance(
  network: string,
  withBed: WithBed,
  isWanted: (one: Case) => boolean = () => true,
): void {
  describe(`a pool on ${network}`, () => {
    test.each(CASES.filter(isWanted).map((one) => [one.name, one] as const))(
      '%s',
      (_name, { options = {}, run }) =>
        withBed(options, async (bed, intact) => {
          await run(bed);
          await expectSettled(bed, intact());
        }),
    );
  });
}
