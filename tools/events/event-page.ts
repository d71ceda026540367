import { markdownTable, page } from '../wire/markdown.ts';
import { sentence } from '../wire/source.ts';
import { LEVELS } from './table.ts';
import type { Counter, EventKind, EventTable, Metric } from './table.ts';

/** spec/events.md: events and metrics as tables to read. REQ DOC-5 */
export function eventPage(table: EventTable): string {
  return page(
    '<!-- Generated from spec/events.yaml by `npm run generate`. Do not edit. -->',
    '# Events and metrics',
    'What an endpoint tells about itself. Events go to subscribers (`pool.events`), metrics are sums over them and are read as a text (`exposition`); how to use both is in [docs/monitoring.md](../docs/monitoring.md).',
    'Each event has `name`, `level` and `atNs`, the time on the clock of its endpoint, and the fields below. Times are nanoseconds.',
    '## Events',
    ...LEVELS.flatMap((level) => [
      `### Level ${level}`,
      ...table.events.filter((event) => event.level === level).flatMap(eventSection),
    ]),
    '## Values',
    ...table.enums.flatMap(({ name, values }) => [
      `### ${name}`,
      markdownTable(
        ['value', 'meaning'],
        values.map((value) => [`\`${value.name}\``, value.doc]),
      ),
    ]),
    '## Metrics',
    'A name that ends in `_total` is a counter; others are gauges, histograms where the table says so.',
    markdownTable(['metric', 'label', 'counts', 'from'], table.counters.map(counterRow)),
    markdownTable(
      ['histogram', 'of', 'from'],
      table.histograms.map((one) => [`\`${one.metric}\``, one.doc, `${one.event}.${one.field}`]),
    ),
    markdownTable(['gauge', 'there is'], table.gauges.map(plainRow)),
    markdownTable(['counter of the driver', 'counts'], table.driver.map(plainRow)),
  );
}

function eventSection({ name, doc, fields }: EventKind): (string | string[])[] {
  const text = [`**${name}**: ${sentence(doc)}`];
  if (fields.length === 0) return [text];
  return [
    text,
    markdownTable(
      ['field', 'type', 'meaning'],
      fields.map((field) => [field.name, field.type, field.doc]),
    ),
  ];
}

function counterRow({ metric, doc, by, sources }: Counter): string[] {
  const from = sources.map(({ event, field, isLess, when }) => {
    const amount = field === undefined ? event : `${event}.${field}`;
    return `${isLess ? 'less ' : ''}${amount}${when === undefined ? '' : ` if ${when}`}`;
  });
  return [`\`${metric}\``, by === undefined ? '' : `\`${by.field}\``, doc, from.join(', ')];
}

const plainRow = ({ metric, doc }: Metric): string[] => [`\`${metric}\``, doc];
