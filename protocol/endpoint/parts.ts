import { ControlReader } from '../control/control-reader.ts';
import { ControlWriter } from '../control/control-writer.ts';
import { inlineRoom, noticeRoom } from '../control/room.ts';
import { FrameReader } from '../control/frame-reader.ts';
import { Liveness } from '../peer/liveness.ts';
import { PeerTable } from '../peer/peer-table.ts';
import { StreamFrameReader } from '../stream/frame-reader.ts';
import { StreamFrameWriter } from '../stream/frame-writer.ts';
import { Admission } from '../transfer/admission.ts';
import { EarlyAllowance } from '../transfer/early-allowance.ts';
import { Pacer } from '../transfer/pacer.ts';
import { Receiver } from '../transfer/receiver.ts';
import { SendScheduler } from '../transfer/send-scheduler.ts';
import { Sender } from '../transfer/sender.ts';
import type { EndpointConfig } from './config.ts';
import type { Context } from './context.ts';
import { Exchanges } from './exchanges.ts';

/** What an endpoint is made of, each part knowing those it needs. */
export interface Parts {
  pacer: Pacer;
  peers: PeerTable;
  scheduler: SendScheduler;
  sender: Sender;
  receiver: Receiver;
  exchanges: Exchanges;
  liveness: Liveness;
  writer: ControlWriter;
  reader: ControlReader;
}

/** The classes of the parts that decide when data is sent. */
export interface PartKinds {
  Sender: typeof Sender;
  Receiver: typeof Receiver;
  ControlWriter: typeof ControlWriter;
}

const KINDS: PartKinds = { Sender, Receiver, ControlWriter };

export function assemble(context: Context, config: EndpointConfig): Parts {
  const kinds = config.kinds ?? KINDS;
  const { options, datagramBytesMax } = context;
  const burstBytes = Math.min(options.burstSegments * options.mtuBytes, 65_536);
  const pacer = new Pacer(context.nic, options.rateBps, burstBytes);
  const peers = new PeerTable(context, config.resolve);
  const scheduler = new SendScheduler(context, pacer);
  const exchanges = new Exchanges(context);
  const sender = new kinds.Sender(context, scheduler, (now, t, reason) =>
    exchanges.onOutboundEnd(now, t, reason),
  );
  const allowance = new EarlyAllowance(context, () => exchanges.size);
  const receiver = new kinds.Receiver(
    context,
    allowance,
    (now, t, headers, body) => exchanges.deliver(now, t, headers, body),
    (t, plaintext) => exchanges.offers.onPreview(t, plaintext),
    (now, t, code, tell) => exchanges.onInboundEnd(now, t, code, tell),
  );
  const liveness = new Liveness(context, peers, (now, peer, reason, everything) =>
    exchanges.onPeerEnd(now, peer, reason, everything),
  );
  context.health.onTurn = (peer) => receiver.scheduler.onTurn(peer);
  context.health.onSuspicion = (now, peer) => liveness.sendProbe(now, peer);
  const admission = new Admission(context, receiver, exchanges, liveness);
  exchanges.connect({
    sender,
    receiver,
    admission,
    inlineBytesMax: Math.min(options.inlineBytesMax, Math.max(inlineRoom(datagramBytesMax), 0)),
    noticeBytesMax: Math.min(options.noticeHeaderBytesMax, noticeRoom(datagramBytesMax)),
    onWaiting: (now, peer) => liveness.onWaiting(now, peer),
  });
  const { streams } = exchanges;
  const streamFrames = new StreamFrameReader(streams, exchanges.findStream);
  const frames = new FrameReader(context, sender, admission, receiver, exchanges, liveness, streamFrames);
  const writer = new kinds.ControlWriter(
    context,
    sender,
    pacer,
    new StreamFrameWriter(context, streams),
    allowance,
  );
  scheduler.connect(writer);
  const plain = config.plain ?? new Uint8Array(65_536);
  const reader = new ControlReader(context, peers, frames, liveness, plain);
  return { pacer, peers, scheduler, sender, receiver, exchanges, liveness, writer, reader };
}
