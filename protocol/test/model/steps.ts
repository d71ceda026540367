import type { Endpoint } from '../../endpoint/endpoint.ts';
import type { Stage } from './stage.ts';

/** Where an endpoint is told something: by the network, by time, by its application. */
const STEPS = [
  'handleDatagram',
  'handleTimeout',
  'call',

  'cancel',
  'reply',
  'accept',
  'openStream',
  'writeStream',
  'endStream',
  'takeMessage',
  'closeStream',
] as const satisfies readonly (keyof Endpoint)[];

type Step = (...args: unknown[]) => unknown;

/** Calls `onStep` after each step of each endpoint, with its number from 0. Endpoints that come later are not watched. */
export function watchSteps(stage: Stage, onStep: (step: number) => void): void {
  let steps = 0;
  for (const { endpoint } of stage.world.hosts) {
    const methods = endpoint as unknown as Record<(typeof STEPS)[number], Step>;
    for (const name of STEPS) {
      const method = methods[name].bind(endpoint);
      methods[name] = (...args) => {
        const result = method(...args);
        onStep(steps++);
        return result;
      };
    }
  }
}
