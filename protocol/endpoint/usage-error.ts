import { NEVER } from '../core/units.ts';
import type { Nanos } from '../core/units.ts';
import type { OutgoingMessage } from '../records/message.ts';
import type { EndpointOptions } from './options.ts';

/** Misuse of the API by the application; never caused by a peer. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Few words for what was given, whatever it is. */
export function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return value.length > 40 ? 'a long text' : `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `${String(value)} (${typeof value})`;
  // Objects of a program say their class, those of the language what they are.
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `of class ${name}` : 'an object';
}

export function noPeer(peer: unknown): UsageError {
  const text = `there is no peer ${nameOf(peer)}; a peer is the number that connect gives, or that a request comes with`;
  return new UsageError('ERR_DCQUIC_PEER', text);
}

export function checkDeadline(deadlineNs: Nanos): Nanos {
  if (typeof deadlineNs === 'number' && deadlineNs >= 0) return wholeDeadline(deadlineNs);
  throw new UsageError(
    'ERR_DCQUIC_DEADLINE',
    `the deadline is ${nameOf(deadlineNs)}; it must be an instant of pool.now(), in ns`,
  );
}

/** As timers take it: one that no clock reaches is none. */
export function wholeDeadline(deadlineNs: Nanos): Nanos {
  return deadlineNs <= Number.MAX_SAFE_INTEGER ? Math.ceil(deadlineNs) : NEVER;
}

/** For `count` more calls of a priority of which `depth` wait. REQ CONF-3 */
export function checkQueue(queueDepthMax: number, depth: number, priority: number, count: number): void {
  if (depth + count <= queueDepthMax) return;
  throw new UsageError(
    'ERR_DCQUIC_QUEUE',
    `${depth} calls of priority ${priority} wait to be announced already, of ${queueDepthMax} (queueDepthMax): wait for room`,
  );
}

export function checkPriority(priority: number): void {
  if (!Number.isInteger(priority) || priority < 0 || priority > 7) {
    throw new UsageError(
      'ERR_DCQUIC_PRIORITY',
      `priority is ${nameOf(priority)}; it must be 0 (highest) to 7`,
    );
  }
}

export function checkMessage(options: EndpointOptions, message: OutgoingMessage, priority: number): void {
  checkPriority(priority);
  const { messageBytesMax, headerBytesMax } = options;
  if (message.sizeBytes > messageBytesMax) {
    throw new UsageError(
      'ERR_DCQUIC_SIZE',
      `a message has ${message.sizeBytes} bytes; the limit is ${messageBytesMax}`,
    );
  }
  if (message.head.length > headerBytesMax) {
    throw new UsageError(
      'ERR_DCQUIC_HEADERS',
      `headers take ${message.head.length} bytes; the limit is ${headerBytesMax}`,
    );
  }
}
