import { DropReason } from '../drop-reason.ts';
import type { Switch } from '../switch.ts';
import { SwitchPort } from '../switch-port.ts';
import { drawFlips, giveFlips } from '../bit-flips.ts';
import { BurstLoss } from './burst-loss.ts';
import { Chance } from './chance.ts';
import { Impairment } from './impairment.ts';
import {
  Corruption,
  DelaySpikes,
  Duplication,
  EcnBleaching,
  ForgedUnreachable,
  Loss,
  Reordering,
  type LineFault,
} from './line-fault.ts';
import { PartitionFrom } from './partition.ts';
import type { PacketFaultSpec } from './fault-spec.ts';
import type { LineCondition, Outage } from './line-condition.ts';
import type { Line } from '../line.ts';
import type { LineRate } from '../line-rate.ts';
import type { ListedTrial } from './trial.ts';
import type { Bytes, Nanos } from '../../../protocol/core/units.ts';
import type { Rng } from '../../random/rng.ts';

/** What one fault does to one line, while it is active. */
export interface FaultEffect {
  readonly line: Line;
  /** The figure in effect, for the trace: rate in bit/s, MTU in bytes; 0 where there is none. */
  readonly parameter: number;
  begin(): void;
  end(): void;
}

/** A fault that decides on each packet. */
export function packetEffect(line: Line, fault: LineFault): FaultEffect {
  return {
    line,
    parameter: 0,
    begin: () => {
      line.impairment = line.impairment?.with(fault) ?? new Impairment([fault]);
    },
    end: () => {
      line.impairment = line.impairment?.without(fault) ?? null;
    },
  };
}

/** What the host has handed to its NIC and has not left it yet is cut off too. */
export function partitionEffect(uplink: Line, others: ReadonlySet<number>): FaultEffect {
  const fault = new PartitionFrom(others);
  const effect = packetEffect(uplink, fault);
  return {
    ...effect,
    begin: () => {
      effect.begin();
      uplink.discard((packet, begun) => !begun && fault.parts(packet), DropReason.PARTITION);
    },
  };
}

export function rateEffect(line: Line, condition: LineCondition, rate: LineRate): FaultEffect {
  return {
    line,
    parameter: rate.bps,
    begin: () => condition.limitRate(rate),
    end: () => condition.unlimitRate(rate),
  };
}

export function mtuEffect(line: Line, condition: LineCondition, bytes: Bytes): FaultEffect {
  return {
    line,
    parameter: bytes,
    begin: () => condition.limitMtu(bytes),
    end: () => condition.unlimitMtu(bytes),
  };
}

export function outageEffect(line: Line, condition: LineCondition, outage: Outage): FaultEffect {
  return { line, parameter: 0, begin: () => condition.goDown(outage), end: () => condition.comeUp(outage) };
}

/**
 * The fault on one line.
 *
 * @param rng the line's own stream.
 * @param listed what decides for all lines together if the packets are listed.
 */
export function lineFault(
  spec: PacketFaultSpec,
  line: Line,
  rng: Rng,
  listed: ListedTrial | null,
): LineFault {
  if (spec.kind === 'burst-loss') return new BurstLoss(rng, spec.rate, spec.burst);
  const trial = spec.packets === undefined ? new Chance(rng, spec.rate) : (listed as ListedTrial);
  switch (spec.kind) {
    case 'loss':
      return new Loss(trial);
    case 'duplicate':
      return new Duplication(trial);
    case 'delay':
      return new DelaySpikes(trial, spec.delayNs);
    case 'ecn-bleach':
      return new EcnBleaching(trial);
    case 'icmp':
      return new ForgedUnreachable(trial, switchAt(line), line.where);
    case 'reorder':
      return new Reordering(
        trial,
        spec.packets === undefined
          ? () => 1 + rng.below(spec.delayNs)
          : () => spec.delaysNs[(listed as ListedTrial).hit] as Nanos,
      );
    case 'corrupt':
      return new Corruption(
        trial,
        spec.packets === undefined
          ? (lengthBytes, flips) => drawFlips(rng, lengthBytes, flips)
          : (lengthBytes, flips) =>
              giveFlips(spec.bits[(listed as ListedTrial).hit] as readonly number[], lengthBytes, flips),
      );
  }
}

/** Every line has a switch at one end at least: the near one, or the far one of an uplink. */
function switchAt(line: Line): Switch {
  return line.owner instanceof SwitchPort ? line.owner.node : (line.far as Switch);
}
