/** The starter documents, one file each, with variables that work here and now. */
import { parse, type TypeNode } from 'graphql';
import type { Here } from './here';

export interface Starter {
  name: string;
  query: string;
}

const files = import.meta.glob<string>('./starters/*.graphql', { query: '?raw', import: 'default', eager: true });

export const starters: Starter[] = Object.entries(files)
  .sort(([a], [b]) => a.localeCompare(b, undefined, { numeric: true }))
  .map(([path, query]) => ({ name: path.replace(/^.*\/\d+-|\.graphql$/g, '').replaceAll('-', ' '), query }));

/** The variables a document declares, filled where we know a value and explained where not. */
export function variablesFor(query: string, here: Here): string {
  const values: Record<string, unknown> = {};
  for (const definition of parse(query).definitions) {
    if (definition.kind !== 'OperationDefinition') continue;
    for (const { variable, type } of definition.variableDefinitions ?? []) {
      values[variable.name.value] = valueFor(variable.name.value, type, here);
    }
  }
  return Object.keys(values).length ? JSON.stringify(values, null, 2) : '';
}

function valueFor(name: string, type: TypeNode, here: Here): unknown {
  if (type.kind !== 'NonNullType') return name === 'comment' ? 'It clashes with my work.' : null;
  if (name === 'reason') return 'EMPLOYMENT';
  if (name === 'after') return '0'; // from the beginning
  if (name === 'full') return here.full ?? 'the id of a section without a free seat';
  if (name === 'offered') return here.offered ?? 'the id of a section a seat of which is held for you';
  if (name === 'from') return here.own ?? 'the id of a section you are in';
  if (name === 'section' || name === 'to') return here.section ?? 'an id from the Catalog tab';
  if (name === 'student') return here.student ?? "a student's id; use a token to get one";
  return null;
}
