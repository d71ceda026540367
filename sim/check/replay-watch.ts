import type { EndpointObserver } from '../../protocol/endpoint/observer.ts';
import type { Violations } from './violations.ts';

/**
 * No control packet acts twice at a host, also when the host has forgotten in between that it had it. Stands in front of another
 * observer. REQ DST-6, SEC-2
 */
export class ReplayWatch {
  /** Packet numbers by receiving host and sending incarnation, whose epoch is random and so its own. */
  private readonly taken: Map<string, Set<number>> = new Map<string, Set<number>>();
  private readonly violations: () => Violations;

  constructor(violations: () => Violations) {
    this.violations = violations;
  }

  observer(host: number, inner: EndpointObserver): EndpointObserver {
    return {
      frameSent: inner.frameSent.bind(inner),
      transferAnnounced: inner.transferAnnounced.bind(inner),
      dataSent: inner.dataSent.bind(inner),
      packetTaken: (_peer, epochHi, epochLo, packetNumber) => {
        const key = `${host}/${epochHi}/${epochLo}`;
        let numbers = this.taken.get(key);
        if (numbers === undefined) this.taken.set(key, (numbers = new Set<number>()));
        if (numbers.has(packetNumber))
          this.violations().report(
            'replay',
            'invariant',
            `host[${host}] took control packet ${packetNumber} of one sender twice`,
          );
        numbers.add(packetNumber);
      },
    };
  }
}
