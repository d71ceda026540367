import { type ParseOptions, type Problem, type Scenario, parseScenario } from '../../language/index.ts';

/** A small good scenario. Tests change one thing in it: `{ from, to }` replaces text, which must occur. */
const GOOD = `version: 1
scenario: example
until: 10ms
topology:
  kind: star
  hosts: 4
workload:
  - name: reads
    pattern: unary
    from: host[1..3]
    to: host[0]
    request: 450KB
    response: 64B
    count: 1
`;

export function example(...changes: readonly (readonly [from: string, to: string])[]): string {
  let text = GOOD;
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the example has no ${from}`);
    text = text.replace(from, to);
  }
  return text;
}

/** The scenario of a text that must be good. */
export function scenarioOf(text: string, options: ParseOptions = {}): Scenario {
  const result = parseScenario(text, 'example.yaml', options);
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 2));
  return result.scenario;
}

/** The problems of a text that must be bad. */
export function problemsOf(text: string, options: ParseOptions = {}): Problem[] {
  const result = parseScenario(text, 'example.yaml', options);
  if (result.ok) throw new Error('the scenario was accepted');
  return result.problems;
}

/** `line:column path: message | remedy` of each problem. */
export function briefly(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ line, column, path, message, remedy }) => `${line}:${column} ${path}: ${message} | ${remedy}`,
  );
}
