import { FrameName, FrameType } from '../../protocol/index.ts';
import type { EndpointObserver, PeerId } from '../../protocol/index.ts';
import type { HostTap, SimHost } from '../../sim/host/index.ts';
import { DROP_REASON_NAMES } from '../../sim/net/index.ts';
import type { Packet } from '../../sim/net/index.ts';
import type { SequenceDiagram } from '../result.ts';
import type { Simulation } from './simulation.ts';
import type { OfferedExchange } from './workloads.ts';

/** Entries of a diagram after folding, and packets watched at once. */
const ENTRIES_MAX = 400;

type Message = SequenceDiagram['messages'][number];

/** One frame or data packet; `other`: of another exchange. */
interface Label {
  kind: 'control' | 'data' | 'other';
  label: string;
}

/** A transfer: hosts number theirs for each peer. */
interface TransferName {
  from: number;
  to: number;
  slot: number;
  generation: number;
}

/**
 * Records which packets one exchange caused. Endpoints tell an observer what they write; the packet it went into is the next one their host
 * sends. Names of transfers come from the announcements. REQ OBS-4, DST-8
 */
export class SequenceRecorder implements HostTap {
  private readonly ordinal: number;
  private simulation: Simulation | undefined;
  private exchange: OfferedExchange | undefined;
  private exchangeId = -1;
  private request: TransferName | undefined;
  private response: TransferName | undefined;
  /** Per host: what was written and not yet sent; data packets of a run have one label each. */
  private readonly labels: (Label[] | undefined)[] = [];
  private readonly messages: Message[] = [];
  private lastDrop: { readonly id: number; readonly reason: string } | undefined;
  private readonly onTheWay: Map<number, Message> = new Map<number, Message>();

  constructor(ordinal: number) {
    this.ordinal = ordinal;
  }

  attach(simulation: Simulation): void {
    this.simulation = simulation;
    // Without holes: it is looked at with every packet.
    for (const { index } of simulation.world.hosts) this.labels[index] = undefined;
    simulation.network.fabric.onDrop = (packet, _where, reason) => {
      this.lastDrop = { id: packet.id, reason: DROP_REASON_NAMES[reason] ?? 'dropped' };
      const message = this.onTheWay.get(packet.id);
      if (message !== undefined) message.dropReason = this.lastDrop.reason;
      this.onTheWay.delete(packet.id);
    };
  }

  offered(exchange: OfferedExchange, id: number): void {
    if (exchange.ordinal !== this.ordinal || this.simulation === undefined) return;
    this.exchange = exchange;
    this.exchangeId = id;
    for (const host of [exchange.from, exchange.to]) {
      this.labels[host] = [];
      for (const hub of this.simulation.observersOf(host)) hub.add(this.dataObserver(host));
    }
  }

  observer(host: number): EndpointObserver {
    return {
      transferAnnounced: (peer, slot, generation, replySlot, replyGeneration) => {
        this.onAnnounced(
          { from: host, to: this.hostOf(host, peer), slot, generation },
          replySlot,
          replyGeneration,
        );
      },
      frameSent: (peer, type, slot, generation, ofPeer, detail) => {
        this.labels[host]?.push(this.labelOf(host, peer, type, slot, generation, ofPeer, detail));
      },
    };
  }

  /** Of the two hosts alone: it is told of most packets. */
  private dataObserver(host: number): EndpointObserver {
    return {
      dataSent: (peer, slot, generation, offset, length) => {
        const mine = this.isMine({ from: host, to: this.hostOf(host, peer), slot, generation });
        this.labels[host]?.push({
          kind: mine ? 'data' : 'other',
          label: `DATA ${offset}–${offset + length}`,
        });
      },
    };
  }

  private onAnnounced(name: TransferName, replySlot: number, replyGeneration: number): void {
    const { exchange, simulation } = this;
    if (exchange === undefined || simulation === undefined) return;
    const id = simulation.world.host(exchange.from).endpoint.transferId(this.exchangeId);
    if (replySlot < 0 && name.from === exchange.from && name.to === exchange.to) {
      if (id?.slot === name.slot && id.generation === name.generation) this.request = name;
    } else if (replySlot >= 0 && name.from === exchange.to && name.to === exchange.from) {
      const { request } = this;
      if (request?.slot === replySlot && request.generation === replyGeneration) this.response = name;
    }
  }

  private hostOf(host: number, peer: PeerId): number {
    return this.simulation?.world.hostOf(host, peer) ?? -1;
  }

  private isMine(name: TransferName): boolean {
    return [this.request, this.response].some(
      (own) =>
        own?.from === name.from &&
        own.to === name.to &&
        own.slot === name.slot &&
        own.generation === name.generation,
    );
  }

  private labelOf(
    host: number,
    peer: PeerId,
    type: number,
    slot: number,
    generation: number,
    ofPeer: boolean,
    detail: number,
  ): Label {
    const other = this.hostOf(host, peer);
    const [from, to] = ofPeer ? [other, host] : [host, other];
    const mine = slot >= 0 && this.isMine({ from, to, slot, generation });
    return { kind: mine ? 'control' : 'other', label: frameLabel(type, detail) };
  }

  sent(host: SimHost, packet: Packet): void {
    const { simulation, exchange } = this;
    const written = this.labels[host.index];
    if (written === undefined || simulation === undefined || exchange === undefined) return;
    // A data run is written packet by packet, a control packet as a whole.
    const isData = written[0]?.label.startsWith('DATA ') ?? false;
    const labels = written.splice(0, isData ? 1 : written.length);
    if (!labels.some(({ kind }) => kind !== 'other') || this.messages.length >= ENTRIES_MAX * 50) return;
    const message: Message = {
      sentNs: simulation.kernel.now,
      receivedNs: null,
      fromLeft: host.index === exchange.from,
      label: labels
        .filter(({ kind, label }) => kind !== 'other' || label === 'ACK')
        .map(({ label }) => label)
        .join(' + '),
      kind: isData ? 'data' : 'control',
      packets: 1,
    };
    this.messages.push(message);
    // The NIC may have dropped it at once.
    if (this.lastDrop?.id === packet.id) message.dropReason = this.lastDrop.reason;
    else this.onTheWay.set(packet.id, message);
  }

  received(host: SimHost, packet: Packet): void {
    const message = this.onTheWay.get(packet.id);
    if (message === undefined || this.simulation === undefined) return;
    // The other host's tap may see a packet of this id only once: copies have ids of their own.
    if ((host.index === this.exchange?.from) === message.fromLeft) return;
    message.receivedNs = this.simulation.kernel.now;
    this.onTheWay.delete(packet.id);
  }

  diagram(): SequenceDiagram | null {
    const { exchange } = this;
    if (exchange === undefined || this.messages.length === 0) return null;
    return {
      title: `Exchange ${exchange.ordinal} of ${exchange.workload.workload.name}: ${exchange.requestBytes} bytes there, ${exchange.responseBytes} back`,
      left: `host[${exchange.from}]`,
      right: `host[${exchange.to}]`,
      messages: fold(this.messages).slice(0, ENTRIES_MAX),
    };
  }
}

function frameLabel(type: number, detail: number): string {
  const name = FrameName[type] ?? `frame ${type}`;
  if (type === FrameType.TRANSFER_NOTIFY || type === FrameType.PULL_REQUEST) return `${name} ${detail} B`;
  if (type === FrameType.RANGE_ACK && detail === 1) return `${name} final`;
  return name;
}

/** Runs of data packets in one direction that all arrived become one entry. */
function fold(messages: readonly Message[]): Message[] {
  const folded: Message[] = [];
  for (const message of messages) {
    const last = folded.at(-1);
    const joins =
      last !== undefined &&
      last.kind === 'data' &&
      message.kind === 'data' &&
      last.fromLeft === message.fromLeft &&
      last.receivedNs !== null &&
      message.receivedNs !== null;
    if (!joins) {
      folded.push({ ...message });
      continue;
    }
    const [from] = rangeOf(last.label);
    const [, to] = rangeOf(message.label);
    last.label = `DATA ${from}–${to}`;
    last.packets += 1;
    last.lastSentNs = message.sentNs;
    if (message.receivedNs !== null) last.lastReceivedNs = message.receivedNs;
  }
  return folded;
}

function rangeOf(label: string): [string, string] {
  const [from, to] = label.slice('DATA '.length).split('–');
  return [from ?? '', to ?? ''];
}
