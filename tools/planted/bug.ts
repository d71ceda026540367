import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A small fault, as an edit of one file: kept beside the tests, planted in a copy of what is built, never in the product. */
export interface PlantedBug {
  name: string;
  /** What the code does wrong, in a sentence. */
  what: string;
  /** The file it is in, from the root of the project. */
  file: string;
  /** Text that stands in the file exactly once, and what stands there instead. Indentation does not count. */
  find: string;
  replace: string;
  /** The program of `scenarios/programs/` to hunt it with; by default random scenarios do, or the program that the bug is in. */
  program?: 'paxos';
}

/** Where the lists are: modules that export `bugs`. */
const LISTS = ['scenarios/test/planted/bugs', 'sim/test/planted/bugs'];

/** All planted bugs, in the order of their files. */
export async function loadBugs(root: string): Promise<PlantedBug[]> {
  const bugs: PlantedBug[] = [];
  for (const folder of LISTS) {
    for (const file of readdirSync(join(root, folder)).sort()) {
      const module = (await import(pathToFileURL(join(root, folder, file)).href)) as { bugs: PlantedBug[] };
      bugs.push(...module.bugs);
    }
  }
  return bugs;
}

/** A planted bug that its file no longer has a place for. */
export class PlantError extends Error {
  override readonly name = 'PlantError';
}

/** The text of the bug's file with the bug in it. Throws PlantError if its anchor is not there exactly once. */
export function plantedText(root: string, bug: PlantedBug): string {
  const text = readFileSync(join(root, bug.file), 'utf8');
  const anchor = new RegExp(bug.find.trim().split(/\s+/).map(escaped).join('\\s+'), 'g');
  const places = [...text.matchAll(anchor)];
  const [place] = places;
  if (place === undefined || places.length > 1) {
    const what = place === undefined ? 'no longer has' : `has ${places.length} times`;
    throw new PlantError(
      `the planted bug ${bug.name} does not apply: ${bug.file} ${what} the text that it replaces, ${JSON.stringify(bug.find)}. ` +
        'Move the bug to where the code is now; see scenarios/test/planted/README.md',
    );
  }
  return text.slice(0, place.index) + bug.replace + text.slice(place.index + place[0].length);
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
