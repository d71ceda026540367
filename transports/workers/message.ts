import type { Bytes } from '../../protocol/core/units.ts';
import type { ExchangeMetrics } from '../../protocol/endpoint/events.ts';

/** What application thread and worker say to each other. The numbers are in shared memory. */
export const MessageKind = {
  /** A call, to the worker. */
  CALL: 1,
  /** The answer to a call, or why there is none. */
  RESULT: 2,
  FAILURE: 3,
  /** A request of a peer, to the application; its answer, or that it failed. */
  REQUEST: 4,
  ANSWER: 5,
  REFUSAL: 6,
  /** The caller gave a call up. */
  CANCEL: 7,
} as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

export interface Message {
  readonly kind: MessageKind;
  /** Of the call or request, given by who began it. */
  readonly id: number;
  readonly peer: number;
  readonly priority: number;
  readonly isIdempotent: boolean;
  /** 255: as the pool has it. */
  readonly retriesMax: number;
  /** Until the deadline when it was sent, as clocks of threads differ; NEVER for none. */
  readonly remainingNs: number;
  readonly metrics: ExchangeMetrics;
  /** As they are in packets; of a failure: what is known about it, as JSON. */
  readonly headers: Uint8Array;
  readonly body: Uint8Array;
}

export const RETRIES_DEFAULT = 255;
const NONE: Uint8Array = new Uint8Array(0);
const NO_METRICS: ExchangeMetrics = {
  latencyNs: 0,
  requestBytes: 0,
  responseBytes: 0,
  notifyRetries: 0,
  repulledBytes: 0,
};

export function messageOf(
  given: Pick<Message, 'kind' | 'id' | 'peer' | 'priority'> & Partial<Message>,
): Message {
  return {
    isIdempotent: false,
    retriesMax: RETRIES_DEFAULT,
    remainingNs: 0,
    metrics: NO_METRICS,
    headers: NONE,
    body: NONE,
    ...given,
  };
}

/** Fixed part of a message in a ring. */
const FIXED_BYTES = 72;

export const sizeOf = ({ headers, body }: Message): Bytes => FIXED_BYTES + headers.length + body.length;

/** Writes a message into as many bytes as `sizeOf` says. */
export function write(message: Message, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  const { metrics, headers, body } = message;
  view.setUint8(0, message.kind);
  view.setUint8(1, message.priority);
  view.setUint8(2, message.isIdempotent ? 1 : 0);
  view.setUint8(3, message.retriesMax);
  view.setUint32(4, message.id, true);
  view.setInt32(8, message.peer, true);
  view.setUint32(12, headers.length, true);
  view.setFloat64(16, message.remainingNs, true);
  view.setFloat64(24, metrics.latencyNs, true);
  view.setFloat64(32, metrics.requestBytes, true);
  view.setFloat64(40, metrics.responseBytes, true);
  view.setFloat64(48, metrics.notifyRetries, true);
  view.setFloat64(56, metrics.repulledBytes, true);
  into.set(headers, FIXED_BYTES);
  into.set(body, FIXED_BYTES + headers.length);
}

/** The message, with copies of its bytes. */
export function parse(from: Uint8Array): Message {
  const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
  const bodyAt = FIXED_BYTES + view.getUint32(12, true);
  // Not views: the ring takes its memory back. Nor of a shared kind, which not everything takes.
  const copy = (start: Bytes, end: Bytes): Uint8Array => {
    const bytes = new Uint8Array(end - start);
    bytes.set(from.subarray(start, end));
    return bytes;
  };
  return {
    kind: view.getUint8(0) as MessageKind,
    priority: view.getUint8(1),
    isIdempotent: view.getUint8(2) === 1,
    retriesMax: view.getUint8(3),
    id: view.getUint32(4, true),
    peer: view.getInt32(8, true),
    remainingNs: view.getFloat64(16, true),
    metrics: {
      latencyNs: view.getFloat64(24, true),
      requestBytes: view.getFloat64(32, true),
      responseBytes: view.getFloat64(40, true),
      notifyRetries: view.getFloat64(48, true),
      repulledBytes: view.getFloat64(56, true),
    },
    headers: bodyAt === FIXED_BYTES ? NONE : copy(FIXED_BYTES, bodyAt),
    body: bodyAt === from.length ? NONE : copy(bodyAt, from.length),
  };
}
