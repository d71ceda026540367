import type { HealthEvent, HealthState } from '../telemetry/generated/events.ts';

export type { HealthEvent, HealthState } from '../telemetry/generated/events.ts';

/**
 * A peer, as far as it can be known; what states and events mean stands in `spec/events.yaml`. What is not in the table leaves the state as it is. There is
 * no way from a report to `failed`: it may be forged. REQ HEALTH-1, HEALTH-5, HEALTH-11 · MUST LIVE-2, LIVE-5, LIVE-7, FRESH-5
 */
export const HEALTH_TABLE: Readonly<Record<HealthState, Partial<Record<HealthEvent, HealthState>>>> = {
  healthy: { failing: 'degraded', report: 'degraded', unanswered: 'probing', silence: 'failed' },
  degraded: { calm: 'healthy', unanswered: 'probing', silence: 'failed', restart: 'healthy' },
  probing: { answer: 'degraded', silence: 'failed', restart: 'healthy' },
  failed: { heard: 'probing', answer: 'degraded', restart: 'healthy' },
};

export const HEALTH_STATES: readonly HealthState[] = Object.keys(HEALTH_TABLE) as HealthState[];
export const HEALTH_EVENTS: readonly HealthEvent[] = [
  ...new Set(HEALTH_STATES.flatMap((state) => Object.keys(HEALTH_TABLE[state]) as HealthEvent[])),
];

export function nextHealth(state: HealthState, event: HealthEvent): HealthState {
  return HEALTH_TABLE[state][event] ?? state;
}

/** Whether something new may be announced in a state. MUST LIVE-5 */
export function mayBegin(state: HealthState): boolean {
  return state === 'healthy' || state === 'degraded';
}
