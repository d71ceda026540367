import { expect, test } from 'vitest';
import { conformance } from '../../../protocol/test/conformance/suite.ts';
import { fabricProviders, withoutFabric } from '../support/fabric-providers.ts';
import { FabricBed } from './fabric-bed.ts';

/** The first of them each time, both with DEEP=1. REQ TRN-1, EFA-2, SIM-5 */
for (const provider of process.env['DEEP'] === '1' ? fabricProviders : fabricProviders.slice(0, 1)) {
  conformance(`libfabric, ${provider}`, async (options, run) => {
    const bed = new FabricBed(options, provider);
    try {
      await run(bed, bed.intact);
    } finally {
      await bed.close();
    }
  });
}

test.skipIf(withoutFabric !== undefined)(`libfabric: ${withoutFabric ?? 'at least one provider'}`, () => {
  expect(fabricProviders).not.toEqual([]);
});
