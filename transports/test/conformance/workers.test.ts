import { conformance } from '../../../protocol/test/conformance/suite.ts';
import { WorkersBed } from './workers-bed.ts';

const isDeep = process.env['DEEP'] === '1';
/** One of each pattern goes each time, all with DEEP=1. */
const ALWAYS =
  /messages of both directions|streamed request, and its one|reads stops no other|^many bytes|^a broadcast|^a datagram/;

/** One worker, and two between which the router chooses. REQ POOL-1, POOL-2, POOL-9, NIC-1, SIM-5 */
for (const [workers, cores] of [
  ['a worker', 1],
  ['two workers', 2],
] as const) {
  if (cores === 1 && !isDeep) continue;
  conformance(
    `${workers} in threads`,
    async (options, run) => {
      const bed = new WorkersBed(options, cores);
      try {
        await run(bed, bed.intact);
      } finally {
        await bed.close();
      }
    },
    ({ name, ofOneWorker }) => (cores === 1 || ofOneWorker !== true) && (isDeep || ALWAYS.test(name)),
  );
}
