export * from './choosers.ts';
export { explore, type ExploreProgramOptions } from './explore.ts';
export * from './explore-runs.ts';
export { PctChooser, type PctOptions } from './pct.ts';
export { formatSchedule, type ScheduleStep } from './schedule-text.ts';
