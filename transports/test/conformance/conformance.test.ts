import { conformance } from '../../../protocol/test/conformance/suite.ts';
import { udpVariants } from '../support/udp-variants.ts';
import { UdpBed } from './udp-bed.ts';

/** The best way and the one that works everywhere each time, those in between with DEEP=1. REQ TRN-2, TRN-3, UDP-5, SIM-5 */
const ALWAYS = ['koffi, everything', 'node:dgram'];

for (const [name, variant] of udpVariants) {
  if (process.env['DEEP'] !== '1' && !ALWAYS.includes(name)) continue;
  conformance(`UDP, ${name}`, async (options, run) => {
    const bed = new UdpBed(options, variant);
    try {
      await run(bed, bed.intact);
    } finally {
      await bed.close();
    }
  });
}
