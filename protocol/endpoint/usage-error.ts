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

export function checkDeadline(deadlineNs: Nanos): void {
  if (deadlineNs >= 0) return;
  throw new UsageError('ERR_DCQUIC_DEADLINE', `the deadline is ${deadlineNs}; it must be an instant in ns`);
}

export function checkMessage(options: EndpointOptions, message: OutgoingMessage, priority: number): void {
  if (!Number.isInteger(priority) || priority < 0 || priority > 7) {
    throw new UsageError('ERR_DCQUIC_PRIORITY', `priority is ${priority}; it must be 0 (highest) to 7`);
  }
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
