import { Conformance } from '../../sim/check/index.ts';
import type { Extension } from '../run/index.ts';

/**
 * Compares what endpoints say with the MUSTs of spec/protocol.md, packet by packet. In front of other extensions, so that it sees what is sent
 * before others change it. REQ DST-6
 */
export const conformance: Extension = {
  path: import.meta.url,
  extend: ({ world, network, observers, endpointOptions, violations, scenario }) => {
    const { faults, endpoint } = scenario;
    network.addMonitor(
      new Conformance({
        hosts: world.hosts,
        observers,
        options: endpointOptions,
        violations,
        isSingle: endpoint.groBytes === undefined,
        isSteady: faults.every(({ kind }) => kind !== 'clock'),
      }),
    );
  },
};
