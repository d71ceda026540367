import type { PaceEvent, PaceState } from '../telemetry/generated/events.ts';

export type { PaceEvent, PaceState } from '../telemetry/generated/events.ts';

/**
 * How data to one peer is paced; what states and events mean stands in `spec/events.yaml`. The names are those of BBR (draft-ietf-ccwg-bbr), whose ProbeRTT has no
 * counterpart: control packets overtake data, so that the round trip is known at all times. REQ CC-1, CC-3, CC-4 · MUST BBR-2
 */
export const PACE_TABLE: Readonly<Record<PaceState, Partial<Record<PaceEvent, PaceState>>>> = {
  startup: { lossy: 'drain' },
  drain: { delivered: 'cruise', marked: 'cruise', deaf: 'startup', stale: 'startup' },
  cruise: { delivered: 'probe', lossy: 'drain', deaf: 'startup', stale: 'startup' },
  probe: { lossy: 'drain', marked: 'cruise', free: 'startup', stale: 'startup' },
};

export const PACE_STATES: readonly PaceState[] = Object.keys(PACE_TABLE) as PaceState[];
export const PACE_EVENTS: readonly PaceEvent[] = [
  ...new Set(PACE_STATES.flatMap((state) => Object.keys(PACE_TABLE[state]) as PaceEvent[])),
];

export function nextPace(state: PaceState, event: PaceEvent): PaceState {
  return PACE_TABLE[state][event] ?? state;
}
