import { NEVER } from '../../../protocol/core/units.ts';
import { conformance } from '../../../protocol/test/conformance/suite.ts';
import { SimBed } from './sim-bed.ts';

/** REQ TRN-4, SIM-5 */
conformance('the simulator', async (options, run) => {
  const bed = new SimBed(options);
  let done: Promise<void> | undefined;
  const onEvent = (): void => {
    done = run(bed, bed.intact).finally(() => bed.kernel.stop('done'));
    bed.kernel.watch(done);
  };
  bed.kernel.post(0, { onEvent });
  const end = await bed.kernel.run(NEVER);
  if (end !== 'stopped') throw new Error('nothing is left to happen, and the case still waits');
  await done;
});
