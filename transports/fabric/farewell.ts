/**
 * Providers whose endpoints reach others of the same process by plain pointers into their memory, which one that is closed takes away (`shm` of
 * libfabric 1.17: a message to it afterwards ends the process).
 */
const SHARING = new Set(['shm']);

/** Endpoints of this process that are open, and what closes those that wait for them. */
interface Company {
  open: number;
  readonly closers: (() => void)[];
}

const companies = new Map<string, Company>();

function companyOf(provider: string): Company {
  let company = companies.get(provider);
  if (company === undefined) {
    company = { open: 0, closers: [] };
    companies.set(provider, company);
  }
  return company;
}

/** An endpoint of `provider` was opened. */
export function enter(provider: string): void {
  companyOf(provider).open += 1;
}

/** It is needed no more: `close` is called at once, or, where others could still reach for it, when the last of them is needed no more. */
export function leave(provider: string, close: () => void): void {
  const company = companyOf(provider);
  company.open -= 1;
  company.closers.push(close);
  if (company.open > 0 && SHARING.has(provider)) return;
  for (const closer of company.closers.splice(0)) closer();
}
