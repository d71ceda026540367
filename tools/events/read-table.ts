import { TableNode } from '../wire/node.ts';
import { LEVELS } from './table.ts';
import type {
  Counter,
  CounterSource,
  EventField,
  EventKind,
  EventTable,
  Histogram,
  Level,
  Metric,
  NamedEnum,
} from './table.ts';

const CAMEL_CASE = /^[a-z][a-zA-Z0-9]*$/;
const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const METRIC = /^dcquic(_[a-z0-9]+)+$/;
const PLAIN_TYPES: readonly string[] = ['peer', 'exchange', 'count', 'bytes', 'ns', 'flag'];
/** Properties of every event. */
const RESERVED: readonly string[] = ['name', 'level', 'atNs'];
const NANOS_PER_SECOND = 1_000_000_000;

/** Reads and validates the table of events; throws a TableError that names file and line. */
export function readEventTable(text: string, file: string): EventTable {
  const root = TableNode.parse(text, file);
  root.entries(['version', 'enums', 'events', 'counters', 'histograms', 'gauges', 'driver']);
  root.need('version').integer(1, 1);
  const enums = root.need('enums').entries().map(readEnum);
  const events = root
    .need('events')
    .entries()
    .map(([name, node]) => readEvent(name, node, enums));
  const metrics = new Set<string>();
  const known = { enums, events, metrics };
  return {
    enums,
    events,
    counters: root
      .need('counters')
      .entries()
      .map(([name, node]) => readCounter(name, node, known)),
    histograms: root
      .need('histograms')
      .entries()
      .map(([name, node]) => readHistogram(name, node, known)),
    gauges: root
      .need('gauges')
      .entries()
      .map(([name, node]) => readPlain(name, node, metrics, false)),
    driver: root
      .need('driver')
      .entries()
      .map(([name, node]) => readPlain(name, node, metrics, true)),
  };
}

interface Known {
  enums: readonly NamedEnum[];
  events: readonly EventKind[];
  /** Names of metrics that are taken. */
  metrics: Set<string>;
}

function readEnum([name, node]: [string, TableNode]): NamedEnum {
  if (!CAMEL_CASE.test(name)) node.fail('must have a camelCase name');
  const values = node.entries().map(([value, doc]) => {
    if (!KEBAB_CASE.test(value)) doc.fail('must have a kebab-case name');
    return { name: value, doc: doc.string() };
  });
  return { name, values };
}

function readEvent(name: string, node: TableNode, enums: readonly NamedEnum[]): EventKind {
  node.entries(['level', 'doc', 'fields']);
  if (!CAMEL_CASE.test(name)) node.fail('must have a camelCase name');
  const level = node.need('level').string();
  if (!LEVELS.includes(level as Level)) node.need('level').fail(`must be one of ${LEVELS.join(', ')}`);
  const fields = node
    .need('fields')
    .items()
    .map((item) => readField(item, enums));
  return { name, level: level as Level, doc: node.need('doc').string(), fields };
}

function readField(node: TableNode, enums: readonly NamedEnum[]): EventField {
  node.entries(['name', 'type', 'doc']);
  const name = node.need('name').name(CAMEL_CASE, 'a camelCase name');
  if (RESERVED.includes(name)) node.fail(`is called '${name}', which every event has`);
  const type = node.need('type').string();
  const types = [...PLAIN_TYPES, ...enums.map((one) => one.name)];
  if (!types.includes(type)) node.need('type').fail(`must be one of ${types.join(', ')}, not '${type}'`);
  return { name, type, doc: node.need('doc').string() };
}

function metricName(node: TableNode, metrics: Set<string>, isCounter: boolean): string {
  const at = node.need('metric');
  const metric = at.name(METRIC, 'a snake_case name that begins with dcquic_');
  if (metrics.has(metric)) at.fail(`is the name of another metric, ${metric}`);
  if (isCounter !== metric.endsWith('_total'))
    at.fail(isCounter ? 'names a counter and must end in _total' : 'may not end in _total: it is no counter');
  metrics.add(metric);
  return metric;
}

function readPlain(name: string, node: TableNode, metrics: Set<string>, isCounter: boolean): Metric {
  node.entries(['metric', 'doc']);
  if (!CAMEL_CASE.test(name)) node.fail('must have a camelCase name');
  return { name, metric: metricName(node, metrics, isCounter), doc: node.need('doc').string() };
}

function readCounter(name: string, node: TableNode, known: Known): Counter {
  node.entries(['metric', 'doc', 'from', 'by']);
  if (!CAMEL_CASE.test(name)) node.fail('must have a camelCase name');
  const sources = node
    .need('from')
    .items()
    .map((item) => readSource(item, known.events));
  const monotone = sources.every(({ isLess }) => !isLess);
  const metric = metricName(node, known.metrics, monotone);
  const by = node.get('by');
  return {
    name,
    metric,
    doc: node.need('doc').string(),
    sources,
    by: by === undefined ? undefined : readBy(by, sources, known),
  };
}

/** Only what has few values becomes a label. */
function readBy(node: TableNode, sources: readonly CounterSource[], known: Known): Counter['by'] {
  const [source, ...others] = sources;
  if (source === undefined || others.length > 0) node.fail('needs exactly one event that it counts');
  const field = fieldOf(node, eventOf(node, source.event, known.events), node.string());
  const values = known.enums.find((one) => one.name === field.type);
  if (values === undefined) node.fail(`names '${field.name}', which is no enum: a label needs few values`);
  return { field: field.name, values };
}

function readSource(node: TableNode, events: readonly EventKind[]): CounterSource {
  node.entries(['event', 'add', 'less', 'when']);
  const event = eventOf(node.need('event'), node.need('event').string(), events);
  const add = node.get('add');
  const less = node.get('less');
  if (add !== undefined && less !== undefined) node.fail(`has both 'add' and 'less'; keep one`);
  const amount = add ?? less;
  const when = node.get('when');
  if (when !== undefined && fieldOf(when, event, when.string()).type !== 'flag') when.fail('must be a flag');
  return {
    event: event.name,
    field: amount === undefined ? undefined : numberField(amount, event, amount.string()).name,
    isLess: less !== undefined,
    when: when?.string(),
  };
}

function readHistogram(name: string, node: TableNode, { events, metrics }: Known): Histogram {
  node.entries(['metric', 'doc', 'from', 'observe', 'buckets']);
  if (!CAMEL_CASE.test(name)) node.fail('must have a camelCase name');
  const event = eventOf(node.need('from'), node.need('from').string(), events);
  const field = numberField(node.need('observe'), event, node.need('observe').string());
  const metric = metricName(node, metrics, false);
  const isTime = field.type === 'ns';
  const unit = isTime ? '_seconds' : '_bytes';
  if (field.type !== 'count' && !metric.endsWith(unit))
    node.need('metric').fail(`must end in ${unit}, the unit of '${field.name}'`);
  let last = -1;
  const buckets = node
    .need('buckets')
    .items()
    .map((item) => {
      last = item.integer(last + 1, Number.MAX_SAFE_INTEGER);
      return last;
    });
  const divisor = isTime ? NANOS_PER_SECOND : 1;
  return {
    name,
    metric,
    doc: node.need('doc').string(),
    event: event.name,
    field: field.name,
    buckets,
    divisor,
  };
}

function eventOf(node: TableNode, name: string, events: readonly EventKind[]): EventKind {
  return events.find((event) => event.name === name) ?? node.fail(`names '${name}', which is no event`);
}

function fieldOf(node: TableNode, event: EventKind, name: string): EventField {
  const field = event.fields.find((one) => one.name === name);
  return field ?? node.fail(`names '${name}', which is no field of ${event.name}`);
}

function numberField(node: TableNode, event: EventKind, name: string): EventField {
  const field = fieldOf(node, event, name);
  if (!['count', 'bytes', 'ns'].includes(field.type)) node.fail(`names '${name}', which is no number`);
  return field;
}
