import type { Bytes, Nanos } from '../core/units.ts';
import type { PeerId } from '../peer/peer.ts';
import type { Alarm } from './alarms.ts';
import type { FailureReason } from './errors.ts';

/** A handle of an exchange at this endpoint; never reused. */
export type ExchangeId = number;

/** Figures of one ended exchange. REQ XFER-7 */
export interface ExchangeMetrics {
  latencyNs: Nanos;
  requestBytes: number;
  responseBytes: number;
  /** NOTIFYs sent again, own side. */
  notifyRetries: number;
  /** Response bytes pulled again. */
  repulledBytes: number;
}

/** What an application is told; and must act on; bounded, because each belongs to an admitted exchange. What it may like to know are the events of `telemetry/`. */
export type EndpointEvent =
  | {
      type: 'request';
      exchange: ExchangeId;
      peer: PeerId;
      priority: number;
      /** On this endpoint's clock; NEVER if the caller set none. */
      deadlineNs: Nanos;
      headers: Uint8Array;
      body: Uint8Array;
      /** It was accepted after an `offer`. */
      offered: boolean;
    }
  /** A request of which nothing is pulled, but headers, until `accept` or a reply. */
  | {
      type: 'offer';
      exchange: ExchangeId;
      peer: PeerId;
      priority: number;
      deadlineNs: Nanos;
      isStream: boolean;
      headers: Uint8Array;
      /** Of the body. */
      sizeBytes: Bytes;
    }
  /** Of a request that is watched: bytes of it that are acknowledged, or of its body that are placed. At most a hundred of a transfer. */
  | { type: 'progress'; exchange: ExchangeId; bytes: Bytes }
  | {
      type: 'response';
      exchange: ExchangeId;
      peer: PeerId;
      /** ExchangeStatus on the wire: 0 is success. */
      status: number;
      headers: Uint8Array;
      body: Uint8Array;
      metrics: ExchangeMetrics;
    }
  /** A peer opened a stream: its first message. */
  | {
      type: 'stream';
      exchange: ExchangeId;
      peer: PeerId;
      priority: number;
      deadlineNs: Nanos;
      offered: boolean;
      headers: Uint8Array;
      body: Uint8Array;
    }
  | { type: 'stream-message'; exchange: ExchangeId; headers: Uint8Array; body: Uint8Array }
  /** The caller has written its last message, and all were handed over. */
  | { type: 'stream-end'; exchange: ExchangeId }
  /** Less is on its way than before. */
  | { type: 'stream-room'; exchange: ExchangeId }
  /** The stream is over for the application: closed with `status` by either side, or for a `reason` found out here. */
  | {
      type: 'stream-closed';
      exchange: ExchangeId;
      peer: PeerId;
      status: number;
      message: Uint8Array;
      reason: FailureReason | undefined;
      cause?: Error;
    }
  /** The first message of an exchange that was begun as causal has arrived whole. */
  | { type: 'arrived'; exchange: ExchangeId }
  | { type: 'datagram'; peer: PeerId; headers: Uint8Array; body: Uint8Array }
  /** `cause`: what ended the endpoint itself. */
  | { type: 'failure'; exchange: ExchangeId; peer: PeerId; reason: FailureReason; cause?: Error }
  /** A served exchange is over: its response arrived, or will not. */
  | { type: 'served'; exchange: ExchangeId; peer: PeerId; reason: FailureReason | undefined }
  /** Half of the queue of a priority whose room was wanted has left. */
  | { type: 'queue-room'; priority: number }
  | { type: 'alarm'; alarm: Alarm };
