/** `good`: nothing to do. `note`: good to know. `costs`: it makes something slower or impossible. */
export type Level = 'good' | 'note' | 'costs';

/** One thing about this machine. */
export interface Finding {
  /** E.g. `udp-receive-buffer`; stable, for programs. */
  id: string;
  title: string;
  level: Level;
  /** What is there. */
  found: string;
  /** What that costs; absent if nothing. */
  cost?: string;
  /** What to do about it; absent if nothing. */
  remedy?: string;
}

/** One look at the machine. May throw: what cannot be found out is a finding, too. */
export interface Check {
  id: string;
  title: string;
  look: () => Finding[] | Promise<Finding[]>;
}

/** Looks at everything; never rejects. */
export async function examine(checks: readonly Check[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, title, look } of checks) {
    try {
      findings.push(...(await look()));
    } catch (error) {
      const found = `could not be found out: ${error instanceof Error ? error.message : String(error)}`;
      findings.push({ id, title, level: 'note', found });
    }
  }
  return findings;
}
