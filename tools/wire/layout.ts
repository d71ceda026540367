import type { Condition, Field, Message } from './table.ts';
import { upperSnakeCase } from './names.ts';

/** Consecutive fields that are there under the same condition. */
export interface Group {
  readonly condition: Condition | undefined;
  readonly fields: readonly Field[];
  /** If the next group is there exactly when this one is not: its fields. */
  readonly otherwise: readonly Field[];
}

/** The fields of a message by condition; adjacent opposites share a group, so that the code has one `if`. */
export function groups(fields: readonly Field[]): Group[] {
  const result: { condition: Condition | undefined; fields: Field[]; otherwise: Field[] }[] = [];
  for (const field of fields) {
    const last = result.at(-1);
    const sameFlag = last !== undefined && last.condition?.flag === field.condition?.flag;
    if (sameFlag && last.condition?.present === field.condition?.present && last.otherwise.length === 0) {
      last.fields.push(field);
    } else if (sameFlag && last.condition?.present !== field.condition?.present) {
      last.otherwise.push(field);
    } else {
      result.push({ condition: field.condition, fields: [field], otherwise: [] });
    }
  }
  return result;
}

/** Consecutive fields of fixed size, or one field of variable size. */
export function runs(fields: readonly Field[]): Field[][] {
  const result: Field[][] = [];
  for (const field of fields) {
    const last = result.at(-1);
    if (field.sizeBytes > 0 && last !== undefined && last[0]!.sizeBytes > 0) last.push(field);
    else result.push([field]);
  }
  return result;
}

export function sizeBytes(fields: readonly Field[]): number {
  return fields.reduce((sum, field) => sum + field.sizeBytes, 0);
}

/** The expression that is true if the fields of a group are there. */
export function conditionSource(message: Message, condition: Condition): string {
  const constant = `${message.className}.${upperSnakeCase(condition.flag)}`;
  return `(this.flags & ${constant}) ${condition.present ? '!==' : '==='} 0`;
}

/** The bits of the flags that have a name. */
export function flagsMask(message: Message): number {
  return message.flags.reduce((mask, flag) => mask | (1 << flag.bit), 0);
}

/** The header of a packet: everything but the rest. */
export function headerFields(message: Message): readonly Field[] {
  return message.fields.filter((field) => field.kind !== 'rest');
}

/** Bytes of a packet's header when every varint takes one byte. */
export function headerMinBytes(message: Message): number {
  return headerFields(message).reduce((sum, field) => sum + Math.max(1, field.sizeBytes), 1);
}

/** Applies `write` to each group and frames it with the `if` it needs. */
export function underConditions(
  message: Message,
  fields: readonly Field[],
  write: (fields: readonly Field[], absent: readonly Field[]) => string[],
): string[] {
  return groups(fields).flatMap((group) => {
    if (group.condition === undefined) return write(group.fields, []);
    const then = write(group.fields, group.otherwise);
    const otherwise = write(group.otherwise, group.fields);
    if (then.length === 0 && otherwise.length === 0) return [];
    const head = `if (${conditionSource(message, group.condition)}) {`;
    return otherwise.length === 0 ? [head, ...then, '}'] : [head, ...then, '} else {', ...otherwise, '}'];
  });
}
