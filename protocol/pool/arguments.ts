import { UsageError, nameOf } from '../endpoint/usage-error.ts';
import { OutgoingMessage } from '../records/message.ts';
import { EVENT_LEVELS, LEVELS } from '../telemetry/generated/events.ts';
import { encodeHeaders } from './headers.ts';
import type { Headers } from './headers.ts';

// What an application hands over is checked where it comes in: types are for TypeScript alone, and what is wrong would show far from its cause, or
// never. REQ CONF-6

/** What a value has to be. */
interface Kind {
  readonly text: string;
  is(value: unknown): boolean;
}

/** By name, those that there are. */
export type OptionKinds = ReadonlyMap<string, Kind>;

type Methods = Readonly<Record<string | symbol, unknown>>;

export function hasMethods(value: unknown, names: readonly (string | symbol)[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Methods)[name] === 'function')
  );
}

/** Whether it has what a BulkSink has. */
export function isSink(value: unknown): boolean {
  return hasMethods(value, ['begin', 'write', 'finish', 'discard']);
}

const FUNCTION: Kind = { text: 'a function', is: (value) => typeof value === 'function' };
const BOOLEAN: Kind = { text: 'true or false', is: (value) => typeof value === 'boolean' };
const NUMBER: Kind = { text: 'a number', is: (value) => typeof value === 'number' };
const LIST: Kind = { text: 'an array', is: (value) => Array.isArray(value) };
const TEXT: Kind = { text: 'text', is: (value) => typeof value === 'string' };
const COUNT: Kind = {
  text: 'a whole number from 0',
  is: (value) => Number.isInteger(value) && (value as number) >= 0,
};
const RECORD: Kind = { text: 'an object', is: (value) => typeof value === 'object' && value !== null };
const BODY: Kind = { text: 'a Uint8Array', is: (value) => value instanceof Uint8Array };
const SIGNAL: Kind = {
  text: 'an AbortSignal',
  is: (value) => hasMethods(value, ['addEventListener', 'removeEventListener']),
};
/** Checked where it is used, with an error of its own. */
const ELSEWHERE: Kind = { text: '', is: () => true };
const oneOf = (...values: readonly string[]): Kind => ({
  text: values.join(' or '),
  is: (value) => values.includes(value as string),
});

const kinds = (named: Readonly<Record<string, Kind>>): OptionKinds => new Map(Object.entries(named));

const CALL = { headers: ELSEWHERE, priority: ELSEWHERE, deadlineNs: ELSEWHERE, signal: SIGNAL, after: LIST };
const UNARY = { ...CALL, idempotent: BOOLEAN, retriesMax: COUNT };
const STREAM = { ...CALL, limits: ELSEWHERE };

export const UNARY_OPTIONS: OptionKinds = kinds(UNARY);
export const BULK_OPTIONS: OptionKinds = kinds({ ...UNARY, onProgress: FUNCTION });
export const BROADCAST_OPTIONS: OptionKinds = kinds({ ...UNARY, onProgress: FUNCTION, onOutcome: FUNCTION });
export const RESPONSE_STREAM_OPTIONS: OptionKinds = kinds(STREAM);
export const REQUEST_STREAM_OPTIONS: OptionKinds = kinds({ ...STREAM, request: BODY });
export const LIMITS: OptionKinds = kinds({ messages: COUNT, bytes: COUNT });
export const DATAGRAM_OPTIONS: OptionKinds = kinds({ headers: ELSEWHERE });
export const AFTER: OptionKinds = kinds({
  call: ELSEWHERE,
  quorum: ELSEWHERE,
  wait: oneOf('request', 'response'),
  cascade: BOOLEAN,
});
export const SERVICE: OptionKinds = kinds({
  unary: FUNCTION,
  stream: FUNCTION,
  accept: FUNCTION,
  datagram: FUNCTION,
});
export const ANSWER: OptionKinds = kinds({ body: ELSEWHERE, headers: ELSEWHERE });
export const VERDICT: OptionKinds = kinds({ into: ELSEWHERE, reject: TEXT, status: NUMBER });
export const TARGET_OPTIONS: OptionKinds = kinds({ onProgress: FUNCTION, onEnd: FUNCTION });
const POOL = {
  bind: TEXT,
  secret: { text: 'a PresharedSecret', is: (value) => hasMethods(value, ['newPath', 'resolve']) },
  keepAlive: BOOLEAN,
  deployment: ELSEWHERE,
  endpoint: RECORD,
  observer: RECORD,
  tokens: {
    text: 'memory that CausalityMap.sharedMemory gives',
    is: (value) => (value as { growable?: boolean } | null)?.growable === true,
  },
  pulse: RECORD,
  onEvent: FUNCTION,
} satisfies Readonly<Record<string, Kind>>;
export const UDP_POOL_OPTIONS: OptionKinds = kinds({
  ...POOL,
  receiveBufferBytes: COUNT,
  sendBufferBytes: COUNT,
  ports: COUNT,
  nics: LIST,
  record: FUNCTION,
  without: LIST,
  ffi: LIST,
});
export const FABRIC_POOL_OPTIONS: OptionKinds = kinds({
  ...POOL,
  provider: TEXT,
  fallback: {
    text: 'options of createUdpPool, or false',
    is: (value) => value === false || RECORD.is(value),
  },
  readBytesMin: COUNT,
  exposedBytesMax: COUNT,
});
export const FILE_SINK_OPTIONS: OptionKinds = kinds({
  sizeBytesMax: COUNT,
  tee: { text: 'a sink', is: isSink },
  onTeeError: FUNCTION,
  files: RECORD,
});
export const BUFFER_OPTIONS: OptionKinds = kinds({
  sealing: oneOf('encrypt', 'authenticate'),
  whenFull: oneOf('wait', 'refuse'),
  signal: SIGNAL,
  owner: SIGNAL,
});

export const SUBSCRIPTION_OPTIONS: OptionKinds = kinds({
  level: oneOf(...LEVELS),
  names: {
    text: `an array of ${Object.keys(EVENT_LEVELS).join(', ')}`,
    is: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((name) => Object.hasOwn(EVENT_LEVELS, name)),
  },
  depth: COUNT,
});

/** Throws UsageError `ERR_DCQUIC_ARGUMENT` unless `isIt`: `what` is not `wanted`. */
export function checkArgument(isIt: boolean, what: string, value: unknown, wanted: string): void {
  if (isIt) return;
  throw new UsageError('ERR_DCQUIC_ARGUMENT', `${what} is ${nameOf(value)}; it must be ${wanted}`);
}

/** Throws UsageError `ERR_DCQUIC_ARGUMENT` for a name that is none of `kindOf`, and for a value that is not of its kind. One that is undefined counts as left out. */
export function checkOptions(what: string, options: unknown, kindOf: OptionKinds): void {
  checkArgument(typeof options === 'object' && options !== null, what, options, 'an object');
  for (const name in options as object) {
    const kind = kindOf.get(name);
    if (kind === undefined) {
      const text = `${what}: there is no ${name}; there are ${[...kindOf.keys()].join(', ')}`;
      throw new UsageError('ERR_DCQUIC_ARGUMENT', text);
    }
    const value: unknown = (options as Methods)[name];
    if (value !== undefined && !kind.is(value)) checkArgument(false, `${what}: ${name}`, value, kind.text);
  }
}

/** Throws UsageError `ERR_DCQUIC_ARGUMENT` for what is not bytes: other arrays would travel as something else. */
export function checkBody(body: unknown): asserts body is Uint8Array {
  if (body instanceof Uint8Array) return;
  checkArgument(false, 'a message', body, 'a Uint8Array, e.g. a Buffer');
}

/** A message of an application. */
export function messageOf(body: Uint8Array, headers: Headers | undefined): OutgoingMessage {
  checkBody(body);
  return new OutgoingMessage(body, encodeHeaders(headers));
}

/** With what an application closes a stream. */
export function checkClosing(status: unknown, reason: unknown): void {
  checkArgument(
    COUNT.is(status),
    'the status of a stream',
    status,
    '3 (cancelled), or your own, a whole number from 256',
  );
  checkArgument(TEXT.is(reason), 'the reason of a status', reason, TEXT.text);
}
