import { eventPage } from './event-page.ts';
import { readEventTable } from './read-table.ts';
import { countersSource, eventsSource, metricsSource, telemetrySource } from './source.ts';

export const EVENT_TABLE = 'spec/events.yaml';
export const EVENT_FOLDER = 'protocol/telemetry/generated';

/** Everything that is made from the table of events: path → text. */
export function eventFiles(yaml: string, file: string): Map<string, string> {
  const table = readEventTable(yaml, file);
  return new Map([
    [`${EVENT_FOLDER}/events.ts`, eventsSource(table)],
    [`${EVENT_FOLDER}/counters.ts`, countersSource(table)],
    [`${EVENT_FOLDER}/telemetry.ts`, telemetrySource(table)],
    [`${EVENT_FOLDER}/metrics.ts`, metricsSource(table)],
    ['spec/events.md', eventPage(table)],
  ]);
}
