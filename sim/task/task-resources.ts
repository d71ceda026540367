import { childId } from '../kernel/identity.ts';
import type { Task } from './task.ts';
import type { Touchable } from '../kernel/choice.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Resource } from '../kernel/resource.ts';

/** A task as an explorer sees it. */
export interface TaskResources {
  /** Its state and the variables that it shares with its callbacks. */
  readonly state: Resource;
  /** Whether it has ended. */
  readonly ending: Resource;
  /** What each of its steps changes. */
  readonly touches: readonly Touchable[];
}

/** Undefined while nobody watches. */
export function taskResources(kernel: Kernel, { id, label }: Task): TaskResources | undefined {
  const state = kernel.resource(id, `task ${label}`);
  const ending = kernel.resource(childId(id, 0), `the end of ${label}`);
  return state && ending && { state, ending, touches: [state] };
}
