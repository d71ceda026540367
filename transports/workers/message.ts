import type { Bytes } from '../../protocol/core/units.ts';
import type { ExchangeMetrics } from '../../protocol/endpoint/events.ts';
import type { SealedParts } from '../../protocol/records/sealed-content.ts';
import type { TelemetryEvent } from '../../protocol/telemetry/generated/events.ts';

/**
 * What application thread and worker say to each other: commands of a pool to its endpoint, and what the endpoint tells. The numbers are in shared
 * memory; in brackets what `x`, `y`, `z` and `status` are. Instants are those of the clock that threads have in common.
 */
export const MessageKind = {
  // To the worker.
  /** A call [deadline, number of the content, seat at it; how it begins]. */
  CALL: 1,
  /** A stream [deadline, messages, bytes that may be on their way; how it begins]. */
  OPEN: 2,
  WRITE: 3,
  END: 4,
  /** [-, -, -; status], the reason in the body. */
  CLOSE: 5,
  /** The oldest message was read. */
  TAKE: 6,
  /** A call is given up [-, -, -; number of the reason]. */
  CANCEL: 7,
  /** What a call waited for is over. */
  RELEASE: 8,
  WATCH: 9,
  /** [priority of the answer, -, -; status] */
  REPLY: 10,
  /** [bytes of the destination]; in the body, what is there. */
  ACCEPT: 11,
  PAUSE: 12,
  /** What came with PLACED is where it belongs [at]; in the body why it will not be, if so. */
  WRITTEN: 13,
  WANT_ROOM: 14,
  /** A seat at content that calls share was left [-, number of the content, seat]. */
  LEAVE: 15,
  // To both.
  DATAGRAM: 16,
  // From the worker.
  /** [deadline] */
  REQUEST: 17,
  /** [deadline, bytes of the body] */
  OFFER: 18,
  /** [bytes] */
  PROGRESS: 19,
  /** [-, -, -; status], with metrics. */
  RESPONSE: 20,
  /** [deadline] */
  STREAM: 21,
  STREAM_MESSAGE: 22,
  STREAM_END: 23,
  /** [messages, bytes that have arrived of all that were written] */
  STREAM_ROOM: 24,
  /** [1 + number of the reason, or 0, -, -; status] */
  STREAM_CLOSED: 25,
  ARRIVED: 26,
  /** [-, -, -; number of the reason] */
  FAILURE: 27,
  /** [1 + number of the reason, or 0] */
  SERVED: 28,
  QUEUE_ROOM: 29,
  /** Verified bytes of a body that is accepted into a place [at]. */
  PLACED: 30,
  /** What was sent of a sealed buffer is not needed any more [number it came with]. */
  UNSEATED: 31,
  /** Events of telemetry, for subscriptions. */
  EVENTS: 32,
} as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

/** What is true of a message; the meanings depend on its kind. */
export const Flag = {
  /** A call that others can depend on, or one that waits itself. */
  TRACKED: 1,
  HELD: 2,
  /** A stream whose opening is its only message; a write that is the last. */
  LAST: 4,
  /** The body is content that several calls share, or that was sealed by the application. */
  SHARED: 8,
  SEALED: 16,
  /** A request or stream that was accepted after an offer; an offer of a stream. */
  OFFERED: 32,
  STREAM: 32,
  /** Accepted into a place; paused. */
  PLACE: 64,
  PAUSED: 64,
  /** What was sent of a shared content is partly gone: it cannot be tried again. */
  PARTLY_GONE: 128,
} as const;

/** What is not in a ring, but in memory of its own that is handed over or shared. */
export interface Outside {
  readonly body?: Uint8Array;
  /** Content that calls share, told with the first of them: so many, `keeps` as of a Seat. */
  readonly count?: number;
  readonly keeps?: boolean;
  readonly sealed?: SealedParts;
  readonly events?: readonly (readonly [subscription: number, event: TelemetryEvent])[];
}

export interface Message {
  readonly kind: MessageKind;
  /** Of the exchange: odd if the application began it, even if a peer did. */
  readonly id: number;
  readonly peer: number;
  readonly priority: number;
  readonly flags: number;
  readonly status: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly metrics: ExchangeMetrics;
  /** As they are in packets. Like the body, valid only until it was handled if `isBorrowed`. */
  readonly headers: Uint8Array;
  readonly body: Uint8Array;
  readonly isBorrowed: boolean;
  readonly outside: Outside | undefined;
}

const NONE: Uint8Array = new Uint8Array(0);
const NO_METRICS: ExchangeMetrics = {
  latencyNs: 0,
  requestBytes: 0,
  responseBytes: 0,
  notifyRetries: 0,
  repulledBytes: 0,
};

export function messageOf(given: Pick<Message, 'kind' | 'priority'> & Partial<Message>): Message {
  const { kind, priority, id = 0, peer = -1, flags = 0, status = 0, x = 0, y = 0, z = 0 } = given;
  const { metrics = NO_METRICS, headers = NONE, body = NONE, isBorrowed = false, outside } = given;
  return { kind, id, peer, priority, flags, status, x, y, z, metrics, headers, body, isBorrowed, outside };
}

/** Fixed part of a message in a ring; metrics come after it if there are any. */
const FIXED_BYTES = 56;
const METRICS_BYTES = 40;

const fixedBytes = (kind: MessageKind): Bytes =>
  kind === MessageKind.RESPONSE ? FIXED_BYTES + METRICS_BYTES : FIXED_BYTES;

export const sizeOf = ({ kind, headers, body }: Message): Bytes =>
  fixedBytes(kind) + headers.length + body.length;

/** Writes a message into as many bytes as `sizeOf` says. `outside`: the number of what is not in the ring, 0 for nothing. */
export function write(message: Message, into: Uint8Array, outside: number): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  const { kind, metrics, headers, body } = message;
  view.setUint8(0, kind);
  view.setUint8(1, message.priority);
  view.setUint8(2, message.flags);
  view.setInt32(4, message.peer, true);
  view.setUint32(8, headers.length, true);
  view.setUint32(12, outside, true);
  view.setFloat64(16, message.id, true);
  view.setFloat64(24, message.x, true);
  view.setFloat64(32, message.y, true);
  view.setFloat64(40, message.z, true);
  view.setFloat64(48, message.status, true);
  let at = FIXED_BYTES;
  if (kind === MessageKind.RESPONSE) {
    view.setFloat64(56, metrics.latencyNs, true);
    view.setFloat64(64, metrics.requestBytes, true);
    view.setFloat64(72, metrics.responseBytes, true);
    view.setFloat64(80, metrics.notifyRetries, true);
    view.setFloat64(88, metrics.repulledBytes, true);
    at += METRICS_BYTES;
  }
  into.set(headers, at);
  into.set(body, at + headers.length);
}

/** The message, its bytes as they are in the ring. `fetch` finds what is not. */
export function parse(from: Uint8Array, fetch: (outside: number) => Outside): Message {
  const view = new DataView(from.buffer, from.byteOffset, from.byteLength);
  const kind = view.getUint8(0) as MessageKind;
  const headersAt = fixedBytes(kind);
  const bodyAt = headersAt + view.getUint32(8, true);
  const number = view.getUint32(12, true);
  const outside = number === 0 ? undefined : fetch(number);
  return {
    kind,
    priority: view.getUint8(1),
    flags: view.getUint8(2),
    peer: view.getInt32(4, true),
    id: view.getFloat64(16, true),
    x: view.getFloat64(24, true),
    y: view.getFloat64(32, true),
    z: view.getFloat64(40, true),
    status: view.getFloat64(48, true),
    metrics:
      kind !== MessageKind.RESPONSE
        ? NO_METRICS
        : {
            latencyNs: view.getFloat64(56, true),
            requestBytes: view.getFloat64(64, true),
            responseBytes: view.getFloat64(72, true),
            notifyRetries: view.getFloat64(80, true),
            repulledBytes: view.getFloat64(88, true),
          },
    headers: bodyAt === headersAt ? NONE : from.subarray(headersAt, bodyAt),
    body: outside?.body ?? (bodyAt === from.length ? NONE : from.subarray(bodyAt)),
    isBorrowed: outside?.body === undefined,
    outside,
  };
}

function copied(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return NONE;
  // Not of the shared kind, which not everything takes.
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Its headers, to be kept. */
export const headersOf = ({ headers }: Message): Uint8Array => copied(headers);

/** Its body, to be kept. */
export const bodyOf = ({ body, isBorrowed }: Message): Uint8Array => (isBorrowed ? copied(body) : body);
