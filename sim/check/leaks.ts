import type { EndpointState } from '../../protocol/endpoint/endpoint.ts';
import type { World } from '../host/world.ts';
import type { Network } from '../net/network.ts';
import type { Violations } from './violations.ts';

/** What must be zero when nothing is going on, and what it is called in a message. REQ DST-6, BUF-9 */
const MUST_END: readonly (readonly [field: keyof EndpointState, name: string])[] = [
  ['exchanges', 'exchanges'],
  ['outbound', 'outbound transfers'],
  ['inbound', 'inbound transfers'],
  ['recordBuffers', 'record buffers'],
  ['memoryBytes', 'bytes of message memory'],
  ['pulledBytes', 'bytes of pull budget'],
  ['creditsHeld', 'notification credits'],
  ['transferTimers', 'transfer timers'],
];

/** Nothing is left anywhere: every endpoint is at rest and no packet is on its way. */
export function isQuiet(world: World, network: Network): boolean {
  if (network.packets.inUse > 0) return false;
  return world.hosts.every(({ endpoint }) => {
    const { state } = endpoint;
    return MUST_END.every(([field]) => state[field] === 0);
  });
}

/** Reports whatever is left although every exchange has ended. */
export function reportLeaks(world: World, network: Network, violations: Violations): void {
  for (const host of world.hosts) {
    const { state } = host.endpoint;
    for (const [field, name] of MUST_END) {
      const left = state[field];
      if (left !== 0)
        violations.report('leak', 'invariant', `host[${host.index}] has ${left} ${name} left at the end`);
    }
  }
  if (network.packets.inUse > 0) {
    violations.report(
      'leak',
      'invariant',
      `${network.packets.inUse} packets are neither delivered nor dropped`,
    );
  }
}
