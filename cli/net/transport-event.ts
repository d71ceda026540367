import type { TransportEvent } from '../../transports/index.ts';
import { bytes, time } from '../../reports/figures.ts';

/** A transport event in one line for people. */
export function transportEventText(event: TransportEvent): string {
  switch (event.type) {
    case 'socket-buffer-small': {
      const { direction, requestedBytes, grantedBytes, remedy } = event;
      return `the ${direction} buffer of the socket is ${bytes(grantedBytes)} instead of ${bytes(requestedBytes)}, which costs rate; ${remedy}`;
    }
    case 'family-unavailable':
      return `no ${event.family} on this machine (${event.cause.message})`;
    case 'send-error':
      return `the kernel refused to send, ${event.count} times so far: ${event.cause.message}`;
    case 'worker-stuck':
      return `worker ${event.worker} has not come round its loop for ${time(event.silentNs)}`;
    case 'worker-failed':
      return `worker ${event.worker} has ended, and its transfers have failed: ${event.cause.message}`;
    case 'core-unavailable':
      return `worker ${event.worker} runs where the scheduler puts it: ${event.core === undefined ? 'no core is left' : `core ${event.core} cannot be had`}`;
    case 'core-shared':
      return `core ${event.core} of worker ${event.worker} also runs other threads: neither isolcpus= nor a cpuset keeps them away`;
    case 'worker-resumed':
      return `worker ${event.worker} goes on, after ${time(event.silentNs)}`;
    case 'nic-changed':
      return event.isUp ? `${event.nic} is back` : `${event.nic} is down; what went by it goes another way`;
    case 'nic-mtu-small':
      return `packets of ${event.wantedBytes} bytes do not fit into ${event.nic}, which takes ${event.mtuBytes}: give --mtu ${event.mtuBytes} here and to peers`;
    case 'udp-fallback':
      return `UDP goes on without ${event.feature}: ${event.cause.message}`;
    case 'ffi-unavailable': {
      const why = event.causes.map(({ message }) => message.split('\n', 1)[0]).join('; ');
      return `neither of ${event.tried.join(', ')} can be loaded, so the portable sockets of Node are used: ${why}`;
    }
    case 'fabric-unavailable':
      return `no ${event.provider} by libfabric, so UDP is used: ${event.cause.message}`;
    case 'fabric-error':
      return `${event.provider} by libfabric: ${event.cause.message}`;
    case 'socket-error':
      return `the socket reported an error, ${event.count} times so far: ${event.cause.message}`;
  }
}

/** The same for programs. */
export function transportEventJson(event: TransportEvent): object {
  const { type, ...rest } = event;
  return { event: type, ...rest, ...causeOf(event) };
}

function causeOf(event: TransportEvent): object {
  if ('cause' in event) return { cause: event.cause.message };
  return 'causes' in event ? { causes: event.causes.map(({ message }) => message) } : {};
}
