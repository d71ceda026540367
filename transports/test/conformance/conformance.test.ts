import { conformance } from '../../../protocol/test/conformance/suite.ts';
import { UdpBed } from './udp-bed.ts';

/** REQ TRN-2, SIM-5 */
conformance('UDP sockets', async (options, run) => {
  const bed = new UdpBed(options);
  try {
    await run(bed, bed.intact);
  } finally {
    await bed.close();
  }
});
