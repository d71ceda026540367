import { pascalCase } from '../wire/names.ts';
import { docComment, indent } from '../wire/source.ts';
import { LEVELS } from './table.ts';
import type { Counter, EventField, EventKind, EventTable, Metric, NamedEnum } from './table.ts';

const HEADER = '// Generated from spec/events.yaml by `npm run generate`. Do not edit.';

const TYPES: Readonly<Record<string, string>> = {
  peer: 'PeerId',
  exchange: 'ExchangeId',
  count: 'number',
  bytes: 'Bytes',
  ns: 'Nanos',
  flag: 'boolean',
};

function tsType({ type }: EventField): string {
  return TYPES[type] ?? enumName(type);
}

function enumName(name: string): string {
  return name === 'failure' ? 'FailureReason' : pascalCase(name);
}

const constantName = (name: string): string => `${snake(enumName(name))}S`;
const snake = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();

const typeName = (event: EventKind): string => `${pascalCase(event.name)}Event`;

/** generated/events.ts: what subscribers get, and observers are called with. */
export function eventsSource(table: EventTable): string {
  const { enums, events } = table;
  return indent([
    HEADER,
    `import type { Bytes, Nanos } from '../../core/units.ts';`,
    `import type { ExchangeId } from '../../endpoint/events.ts';`,
    `import type { PeerId } from '../../peer/peer.ts';`,
    '',
    '/** How much an event matters: one for each packet; one for each exchange or change; something is wrong. */',
    `export const LEVELS = [${LEVELS.map((level) => `'${level}'`).join(', ')}] as const;`,
    'export type Level = (typeof LEVELS)[number];',
    ...enums.flatMap(enumSource),
    ...events.flatMap(eventType),
    '',
    '/** What an endpoint tells about itself. REQ EVT-2, OBS-1 */',
    'export type TelemetryEvent =',
    ...events.map((event, i) => `  | ${typeName(event)}${i === events.length - 1 ? ';' : ''}`),
    '',
    `export type EventName = TelemetryEvent['name'];`,
    '',
    '/** How much each event matters. */',
    'export const EVENT_LEVELS: Readonly<Record<EventName, Level>> = {',
    ...events.map(({ name, level }) => `${name}: '${level}',`),
    '};',
    '',
    '/** Is called while an event happens, so it must not call the endpoint. REQ OBS-4 */',
    'export interface EventObserver {',
    ...events.flatMap((event) => [...docComment(event.doc), `${event.name}?(${parameters(event)}): void;`]),
    '}',
  ]);
}

function enumSource({ name, values }: NamedEnum): string[] {
  return [
    '',
    `export const ${constantName(name)} = [`,
    ...values.flatMap((value) => [...docComment(value.doc), `'${value.name}',`]),
    '] as const;',
    `export type ${enumName(name)} = (typeof ${constantName(name)})[number];`,
  ];
}

function eventType(event: EventKind): string[] {
  return [
    '',
    ...docComment(event.doc),
    `export interface ${typeName(event)} {`,
    `readonly name: '${event.name}';`,
    `readonly level: '${event.level}';`,
    'readonly atNs: Nanos;',
    ...event.fields.flatMap((field) => [
      ...docComment(field.doc),
      `readonly ${field.name}: ${tsType(field)};`,
    ]),
    '}',
  ];
}

const parameters = ({ fields }: EventKind): string =>
  fields.map((field) => `${field.name}: ${tsType(field)}`).join(', ');

/** generated/counters.ts */
export function countersSource({ counters, gauges, driver }: EventTable): string {
  const names = counters.flatMap(counterNames);
  return indent([
    HEADER,
    '',
    '/** Totals since the endpoint began; plain numbers, sums over its events. REQ EVT-3 */',
    'export interface EndpointCounters {',
    ...names.flatMap(({ name, doc }) => [...docComment(doc), `${name}: number;`]),
    '}',
    '',
    ...zeroes('newCounters', 'EndpointCounters', names),
    '',
    '/** What is alive in an endpoint; all zero when nothing is going on. Read by checkers and metrics. */',
    'export interface EndpointState {',
    ...gauges.flatMap(({ name, doc }) => [...docComment(doc), `${name}: number;`]),
    '}',
    '',
    '/** What the driver of an endpoint counts. REQ OBS-2 */',
    'export interface DriverCounters {',
    ...driver.flatMap(({ name, doc }) => [...docComment(doc), `${name}: number;`]),
    '}',
    '',
    ...zeroes('newDriverCounters', 'DriverCounters', driver),
  ]);
}

function zeroes(name: string, type: string, fields: readonly { name: string }[]): string[] {
  return [
    `export function ${name}(): ${type} {`,
    'return {',
    ...fields.map((field) => `${field.name}: 0,`),
    '};',
    '}',
  ];
}

/** The fields of a counter: one, or one for each value of what it is counted by. */
function counterNames(counter: Counter): { name: string; doc: string; value: string | undefined }[] {
  const { name, doc, by } = counter;
  if (by === undefined) return [{ name, doc, value: undefined }];
  return by.values.values.map((value) => ({
    name: `${name}${pascalCase(value.name.replaceAll('-', '_'))}`,
    doc: `${doc}: ${value.doc}`,
    value: value.name,
  }));
}

/** generated/telemetry.ts: one method for each event, and what it counts. */
export function telemetrySource(table: EventTable): string {
  const byTables = table.counters.filter(({ by }) => by !== undefined);
  return indent([
    HEADER,
    `import type { Bytes, Nanos } from '../../core/units.ts';`,
    `import type { ExchangeId } from '../../endpoint/events.ts';`,
    `import type { PeerId } from '../../peer/peer.ts';`,
    `import { Histogram } from '../histogram.ts';`,
    `import { Publisher } from '../publisher.ts';`,
    `import type { EndpointCounters } from './counters.ts';`,
    `import { newCounters } from './counters.ts';`,
    `import type {`,
    ...table.enums
      .map(({ name }) => enumName(name))
      .toSorted()
      .map((name) => `${name},`),
    `} from './events.ts';`,
    '',
    ...byTables.flatMap(byTable),
    '/** Distributions over the events of an endpoint. */',
    'export interface EndpointHistograms {',
    ...table.histograms.flatMap(({ name, doc }) => [...docComment(doc), `${name}: Histogram;`]),
    '}',
    '',
    '/**',
    '* Told of each event as it happens: counts it, and hands it to the observer and to subscribers, if there are any. REQ EVT-2, EVT-3',
    '*/',
    'export class Telemetry extends Publisher {',
    'readonly counters: EndpointCounters = newCounters();',
    'readonly histograms: EndpointHistograms = {',
    ...table.histograms.map(({ name, buckets }) => `${name}: new Histogram([${buckets.join(', ')}]),`),
    '};',
    ...table.events.flatMap((event) => ['', ...method(event, table)]),
    '}',
  ]);
}

function byTable(counter: Counter): string[] {
  if (counter.by === undefined) return [];
  return [
    `const ${constantOf(counter)}: Readonly<Record<${enumName(counter.by.values.name)}, keyof EndpointCounters>> = {`,
    ...counterNames(counter).map(({ name, value }) => `'${value}': '${name}',`),
    '};',
    '',
  ];
}

const constantOf = ({ name }: Counter): string => `${snake(name)}_BY`;

function method(event: EventKind, table: EventTable): string[] {
  const names = event.fields.map(({ name }) => name);
  const args = names.join(', ');
  const fields = ['name', 'level', 'atNs', ...names]
    .map((name) => {
      if (name === 'name') return `name: '${event.name}'`;
      if (name === 'level') return `level: '${event.level}'`;
      return name === 'atNs' ? 'atNs: this.now' : name;
    })
    .join(', ');
  return [
    ...docComment(event.doc),
    `${event.name}(${parameters(event)}): void {`,
    ...table.counters.flatMap((counter) => addition(counter, event)),
    ...table.histograms
      .filter((histogram) => histogram.event === event.name)
      .map(({ name, field }) => `this.histograms.${name}.observe(${field});`),
    `this.observer?.${event.name}?.(${args});`,
    `if (this.floor <= ${LEVELS.indexOf(event.level)}) this.publish({ ${fields} });`,
    '}',
  ];
}

function addition(counter: Counter, event: EventKind): string[] {
  return counter.sources
    .filter((source) => source.event === event.name)
    .map(({ field, isLess, when }) => {
      const target =
        counter.by === undefined ? `.${counter.name}` : `[${constantOf(counter)}[${counter.by.field}]]`;
      const line = `this.counters${target} ${isLess ? '-' : '+'}= ${field ?? 1};`;
      return when === undefined ? line : `if (${when}) ${line}`;
    });
}

/** generated/metrics.ts: what an exposition says of each. */
export function metricsSource({ counters, histograms, gauges, driver }: EventTable): string {
  return indent([
    HEADER,
    `import type { DriverCounters, EndpointCounters, EndpointState } from './counters.ts';`,
    `import type { EndpointHistograms } from './telemetry.ts';`,
    '',
    '/** One family of time series; `fields`: where its values are, with the label of each if there is more than one. */',
    'export interface Family<Field extends string> {',
    'readonly metric: string;',
    'readonly help: string;',
    'readonly isCounter: boolean;',
    'readonly label: string | undefined;',
    'readonly fields: readonly { readonly field: Field; readonly value: string }[];',
    '}',
    '',
    ...families('COUNTERS', 'EndpointCounters', counters, (counter) => ({
      isCounter: counter.sources.every(({ isLess }) => !isLess),
      label: counter.by?.field,
      fields: counterNames(counter).map(({ name, value }) => ({ field: name, value: value ?? '' })),
    })),
    '',
    ...families('GAUGES', 'EndpointState', gauges, ({ name }) => plain(name, false)),
    '',
    ...families('DRIVER_COUNTERS', 'DriverCounters', driver, ({ name }) => plain(name, true)),
    '',
    '/** `divisor`: what values are divided by to get the unit of the metric. */',
    'export const HISTOGRAMS: readonly {',
    'readonly metric: string;',
    'readonly help: string;',
    'readonly field: keyof EndpointHistograms;',
    'readonly divisor: number;',
    '}[] = [',
    ...histograms.map(
      ({ name, metric, doc, divisor }) =>
        `{ metric: '${metric}', help: ${JSON.stringify(doc)}, field: '${name}', divisor: ${divisor} },`,
    ),
    '];',
  ]);
}

interface Values {
  isCounter: boolean;
  label: string | undefined;
  fields: { field: string; value: string }[];
}

const plain = (name: string, isCounter: boolean): Values => ({
  isCounter,
  label: undefined,
  fields: [{ field: name, value: '' }],
});

function families<T extends Metric>(
  name: string,
  type: string,
  metrics: readonly T[],
  values: (metric: T) => Values,
): string[] {
  return [
    `export const ${name}: readonly Family<keyof ${type}>[] = [`,
    ...metrics.map((metric) => {
      const { isCounter, label, fields } = values(metric);
      const list = fields.map((one) => `{ field: '${one.field}', value: '${one.value}' }`).join(', ');
      const text = label === undefined ? 'undefined' : `'${label}'`;
      return `{ metric: '${metric.metric}', help: ${JSON.stringify(metric.doc)}, isCounter: ${isCounter}, label: ${text}, fields: [${list}] },`;
    }),
    '];',
  ];
}
