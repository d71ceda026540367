import type { EndpointState } from '../../protocol/telemetry/generated/counters.ts';
import type { SimHost } from '../host/sim-host.ts';
import type { World } from '../host/world.ts';
import type { Network } from '../net/network.ts';
import type { Violations } from './violations.ts';

/** What must be zero when nothing is going on, and what it is called in a message. REQ DST-6, BUF-9 */
const MUST_END: readonly (readonly [field: keyof EndpointState, name: string])[] = [
  ['exchanges', 'exchanges'],
  ['outbound', 'outbound transfers'],
  ['inbound', 'inbound transfers'],
  ['recordBuffers', 'record buffers'],
  ['buffers', 'buffers'],
  ['bufferBytes', 'bytes of buffers'],
  ['memoryBytes', 'bytes of message memory'],
  ['pulledBytes', 'bytes of pull budget'],
  ['creditsHeld', 'notification credits'],
  ['announcements', 'transfers in line to be announced'],
  ['waits', 'waits for peers'],
  ['transferIds', 'transfer ids in use'],
  ['transferTimers', 'transfer timers'],
];

/** Nothing is left anywhere: every endpoint is at rest and no packet is on its way. */
export function isQuiet(world: World, network: Network): boolean {
  if (strayPackets(world, network) > 0) return false;
  return accountable(world).every(({ workers }) =>
    workers.every(({ endpoint }) => {
      const { state } = endpoint;
      return MUST_END.every(([field]) => state[field] === 0);
    }),
  );
}

/** What a host that is down held is gone; one that is paused for ever gives nothing back. */
function accountable({ hosts }: World): SimHost[] {
  return hosts.filter(({ state }) => state.isUp && !state.isGone);
}

/** Packets that nobody holds any more. */
function strayPackets({ hosts }: World, network: Network): number {
  const kept = hosts.filter(({ state }) => state.isGone).map(({ heldPackets }) => heldPackets);
  return network.packets.inUse - kept.reduce((sum, count) => sum + count, 0);
}

/** Reports whatever is left although every exchange has ended. */
export function reportLeaks(world: World, network: Network, violations: Violations): void {
  for (const host of accountable(world)) {
    for (const [field, name] of MUST_END) {
      const left = host.workers.reduce((sum, { endpoint }) => sum + endpoint.state[field], 0);
      if (left !== 0)
        violations.report('leak', 'invariant', `host[${host.index}] has ${left} ${name} left at the end`);
    }
  }
  const stray = strayPackets(world, network);
  if (stray > 0) violations.report('leak', 'invariant', `${stray} packets are neither delivered nor dropped`);
}
