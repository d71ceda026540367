import {
  Ack,
  Backlog,
  CancelPull,
  ControlPacket,
  DataPacket,
  Datagram,
  Delivery,
  EarlyData,
  EarlyLimit,
  FlowReset,
  NotifyBlocked,
  Probe,
  ProbeResponse,
  PullRequest,
  RangeAck,
  Region,
  StreamClose,
  StreamCloseAck,
  StreamCredit,
  TransferAccept,
  TransferNotify,
} from '../wire/index.ts';

/**
 * One object for each kind of packet and frame, to be parsed into or written from. All endpoints of a thread share them, since
 * none reads or writes a packet while another does: with hundreds of endpoints in one simulation, each would come with its own
 * when all of them are out of the cache.
 */
class FrameSet {
  readonly data: DataPacket = new DataPacket();
  readonly control: ControlPacket = new ControlPacket();
  readonly ack: Ack = new Ack();
  readonly backlog: Backlog = new Backlog();
  readonly accept: TransferAccept = new TransferAccept();
  readonly blocked: NotifyBlocked = new NotifyBlocked();
  readonly notify: TransferNotify = new TransferNotify();
  readonly pull: PullRequest = new PullRequest();
  readonly cancelPull: CancelPull = new CancelPull();
  readonly rangeAck: RangeAck = new RangeAck();
  readonly region: Region = new Region();
  readonly reset: FlowReset = new FlowReset();
  readonly early: EarlyData = new EarlyData();
  readonly earlyLimit: EarlyLimit = new EarlyLimit();
  readonly delivery: Delivery = new Delivery();
  readonly datagram: Datagram = new Datagram();
  readonly probe: Probe = new Probe();
  readonly echo: ProbeResponse = new ProbeResponse();
  readonly credit: StreamCredit = new StreamCredit();
  readonly close: StreamClose = new StreamClose();
  readonly closeAck: StreamCloseAck = new StreamCloseAck();
}

/** Of the packet that is read. */
export const READ: FrameSet = new FrameSet();
/** Of the packet that is written. */
export const WRITTEN: FrameSet = new FrameSet();
