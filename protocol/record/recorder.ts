import type { RandomSource } from '../core/random.ts';
import type { EndpointConfig } from '../endpoint/config.ts';
import { Endpoint } from '../endpoint/endpoint.ts';
import { Alarm } from '../endpoint/alarms.ts';
import type { TransmitBuffer } from '../transmit.ts';
import { ENTRY_HEADER_BYTES, Entry, RECORD_MAGIC } from './journal.ts';
import { RecordError, ValueWriter, hashOf } from './values.ts';

/** Takes the bytes of a record, in order; they are valid during the call only. */
export type RecordOutput = (bytes: Uint8Array) => void;

/** They only look. */
const UNRECORDED: ReadonlySet<string> = new Set([
  'metrics',
  'peerHealth',
  'rttNs',
  'queueDepth',
  'transferId',
]);
const HEAD_BYTES = 32;

/** What `pollTransmit` filled, as far as it is compared. */
export function runOf(out: TransmitBuffer): object {
  out.join();
  const { destination, path, networkPriority, lengthBytes, segmentBytes } = out;
  const bytes = out.bytes.subarray(0, lengthBytes);
  const head = bytes.subarray(0, HEAD_BYTES);
  return { destination, path, networkPriority, lengthBytes, segmentBytes, hash: hashOf(bytes), head };
}

/**
 * Writes down all that goes into an endpoint and all that comes out, in order: calls with their time and what came of each, random bytes, path secrets. From
 * that the same can be done again, see `Replayer`. REQ SIM-5, DST-2
 */
export class Recorder {
  private readonly output: RecordOutput;
  private readonly header = new Uint8Array(ENTRY_HEADER_BYTES);
  private readonly things: Map<object, number> = new Map<object, number>();
  private readonly values = new ValueWriter((thing) => this.things.get(thing));
  private thingsSoFar = 0;
  private inCall = false;
  private isOver = false;

  constructor(output: RecordOutput) {
    this.output = output;
  }

  /** An endpoint whose every call is written down. */
  endpoint(config: EndpointConfig): Endpoint {
    this.output(Uint8Array.from(RECORD_MAGIC, (char) => char.charCodeAt(0)));
    const { resolve } = config;
    const recorded: EndpointConfig = { ...config, random: this.random(config.random) };
    if (resolve !== undefined) {
      recorded.resolve = (credential) => {
        const secret = resolve(credential);
        this.write(Entry.SECRET, [credential, secret]);
        return secret;
      };
    }
    this.write(Entry.BEGIN, [{ ...config.options }]);
    const endpoint = new Endpoint(recorded);
    const wrappers = new Map<string, unknown>();
    return new Proxy(endpoint, {
      get: (target, name: keyof Endpoint & string) => {
        const value: unknown = target[name];
        if (name === 'buffers') return this.guarded(target.buffers);
        if (typeof value !== 'function' || UNRECORDED.has(name)) return value;
        if (!wrappers.has(name)) wrappers.set(name, this.wrapper(target, name, value as Method));
        return wrappers.get(name);
      },
    });
  }

  private wrapper(target: Endpoint, name: string, method: Method): Method {
    return (...args) => {
      if (this.inCall) this.end(`${name} was called while another call went on`);
      if (this.isOver) return method.apply(target, args);
      const isPoll = name === 'pollTransmit';
      const out = args[1] as TransmitBuffer;
      this.write(Entry.CALL, [name, ...(isPoll ? [args[0], out.bytes.length] : this.written(name, args))]);
      this.inCall = true;
      try {
        const result = method.apply(target, args);
        if (result instanceof Alarm) this.things.set(result, this.thingsSoFar++);
        this.write(Entry.RESULT, [isPoll && result === true ? runOf(out) : result], true);
        if (isAlarm(result)) this.things.delete(result.alarm);
        return result;
      } catch (error) {
        const { code = '', message } = error as { code?: string; message: string };
        this.write(Entry.THROWN, [code, message]);
        throw error;
      } finally {
        this.inCall = false;
        if (name === 'clearAlarm') this.things.delete(args[0] as Alarm);
      }
    };
  }

  /** What is done when an alarm rings is done above the endpoint. */
  private written(name: string, args: unknown[]): unknown[] {
    if (name === 'setAlarm') return args.slice(0, 2);
    if (name === 'accept' && args[2] !== undefined) {
      this.end('a body was received into memory of the application, or a file');
      return [];
    }
    return args;
  }

  private random(random: RandomSource): RandomSource {
    const four = new DataView(new ArrayBuffer(4));
    return {
      nextU32: () => {
        const drawn = random.nextU32();
        four.setUint32(0, drawn, true);
        this.write(Entry.RANDOM, [new Uint8Array(four.buffer)]);
        return drawn;
      },
      fill: (out) => {
        random.fill(out);
        this.write(Entry.RANDOM, [out]);
      },
    };
  }

  /** Messages are taken from buffers, and given back, without the endpoint being called. */
  private guarded(buffers: Endpoint['buffers']): Endpoint['buffers'] {
    return new Proxy(buffers, {
      get: (target, name) => {
        if (name === 'allocate') this.end('a buffer was allocated');
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value as Method).bind(target) : value;
      },
    });
  }

  private end(why: string): void {
    this.write(Entry.END, [why]);
    this.isOver = true;
  }

  private write(kind: number, values: readonly unknown[], asDigest: boolean = false): void {
    if (this.isOver) return;
    try {
      for (const value of values) this.values.value(value, asDigest);
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      this.values.take();
      this.end(error.message);
      return;
    }
    const content = this.values.take();
    this.header[0] = kind;
    new DataView(this.header.buffer).setUint32(1, content.length, true);
    this.output(this.header);
    this.output(content);
  }
}

type Method = (...args: unknown[]) => unknown;

const isAlarm = (result: unknown): result is { alarm: Alarm } =>
  typeof result === 'object' && result !== null && 'alarm' in result;
