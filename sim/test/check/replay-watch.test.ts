import { expect, test } from 'vitest';
import type { EndpointObserver } from '../../../protocol/endpoint/observer.ts';
import { ReplayWatch, Violations } from '../../check/index.ts';

const silent: EndpointObserver = {
  frameSent: () => undefined,
  transferAnnounced: () => undefined,
  dataSent: () => undefined,
};

/** REQ DST-6, SEC-2 */
test('a control packet that acts twice at a host is a violation, also for the endpoint that took the place of the first', () => {
  const violations = new Violations({ now: 5 });
  const watch = new ReplayWatch(() => violations);
  const [first, other] = [watch.observer(0, silent), watch.observer(1, silent)];
  first.packetTaken?.(0, 1, 2, 7, false);
  first.packetTaken?.(0, 1, 2, 8, false);
  // Another host, another incarnation of the sender.
  other.packetTaken?.(0, 1, 2, 7, false);
  first.packetTaken?.(0, 1, 3, 7, false);
  expect(violations.list).toEqual([]);
  watch.observer(0, silent).packetTaken?.(9, 1, 2, 7, false);
  expect(violations.list).toMatchObject([{ checker: 'replay', kind: 'invariant', atNs: 5 }]);
});
