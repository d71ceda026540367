import { CAUSAL_EVENTS, CAUSAL_STATES, CAUSAL_TABLE } from '../../protocol/causality/states.ts';
import { PACE_EVENTS, PACE_STATES, PACE_TABLE } from '../../protocol/congestion/states.ts';
import {
  OWN_EVENTS,
  OWN_STATES,
  OWN_TABLE,
  SERVED_EVENTS,
  SERVED_STATES,
  SERVED_TABLE,
} from '../../protocol/endpoint/states.ts';
import { HEALTH_EVENTS, HEALTH_STATES, HEALTH_TABLE } from '../../protocol/peer/states.ts';
import { STREAM_EVENTS, STREAM_STATES, STREAM_TABLE } from '../../protocol/stream/states.ts';
import {
  HOLD_EVENTS,
  HOLD_STATES,
  HOLD_TABLE,
  KEEP_EVENTS,
  KEEP_STATES,
  KEEP_TABLE,
} from '../../protocol/transfer/hold.ts';
import { OUTBOUND_EVENTS, OUTBOUND_STATES, OUTBOUND_TABLE } from '../../protocol/transfer/states.ts';

/** A state machine as the code runs it; the first state is where it begins. */
export interface Machine {
  title: string;
  /** Says what its states and events mean. */
  file: string;
  states: readonly string[];
  events: readonly string[];
  table: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;
}

export const MACHINES: readonly Machine[] = [
  {
    title: 'A unary exchange at its caller',
    file: 'protocol/endpoint/states.ts',
    states: OWN_STATES,
    events: OWN_EVENTS,
    table: OWN_TABLE,
  },
  {
    title: 'A unary exchange at its callee',
    file: 'protocol/endpoint/states.ts',
    states: SERVED_STATES,
    events: SERVED_EVENTS,
    table: SERVED_TABLE,
  },
  {
    title: 'A stream, at either side',
    file: 'protocol/stream/states.ts',
    states: STREAM_STATES,
    events: STREAM_EVENTS,
    table: STREAM_TABLE,
  },
  {
    title: 'A message on its way out',
    file: 'protocol/transfer/states.ts',
    states: OUTBOUND_STATES,
    events: OUTBOUND_EVENTS,
    table: OUTBOUND_TABLE,
  },
  {
    title: 'A message on its way out that may have to wait',
    file: 'protocol/transfer/hold.ts',
    states: HOLD_STATES,
    events: HOLD_EVENTS,
    table: HOLD_TABLE,
  },
  {
    title: 'A message on its way in, and whether it may be handed over',
    file: 'protocol/transfer/hold.ts',
    states: KEEP_STATES,
    events: KEEP_EVENTS,
    table: KEEP_TABLE,
  },
  {
    title: 'A call that others depend on',
    file: 'protocol/causality/states.ts',
    states: CAUSAL_STATES,
    events: CAUSAL_EVENTS,
    table: CAUSAL_TABLE,
  },
  {
    title: 'A peer',
    file: 'protocol/peer/states.ts',
    states: HEALTH_STATES,
    events: HEALTH_EVENTS,
    table: HEALTH_TABLE,
  },
  {
    title: 'How data to a peer is paced',
    file: 'protocol/congestion/states.ts',
    states: PACE_STATES,
    events: PACE_EVENTS,
    table: PACE_TABLE,
  },
];
