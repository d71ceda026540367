import type { Buffers } from '../endpoint/buffers.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Publisher } from '../telemetry/publisher.ts';

/** The commands and answers of an endpoint that a pool needs: of one in this thread, or of one at the other end of rings in memory. */
export interface PoolEndpoint extends Pick<
  Endpoint,
  | 'accept'
  | 'addPeer'
  | 'backoffNs'
  | 'call'
  | 'cancel'
  | 'checkCalls'
  | 'clearAlarm'
  | 'closeStream'
  | 'endStream'
  | 'isServing'
  | 'openStream'
  | 'options'
  | 'pause'
  | 'peerHealth'
  | 'pollEvent'
  | 'release'
  | 'reply'
  | 'sendDatagram'
  | 'serve'
  | 'setAlarm'
  | 'stopServing'
  | 'streamBacklog'
  | 'takeDatagrams'
  | 'takeMessage'
  | 'wantQueueRoom'
  | 'watch'
  | 'writeStream'
> {
  readonly buffers: Buffers;
  readonly telemetry: Publisher;
}
