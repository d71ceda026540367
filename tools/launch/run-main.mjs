import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitLike, runChild } from './child.mjs';
import { LaunchError } from './failure.mjs';
import { prepare, ROOT } from './prepare.mjs';

/**
 * @param {string[]} given `[--despite-errors] MODULE [ARGUMENTS]`, MODULE as in `tools/golden`. The option runs a module
 *   that was emitted although something else does not compile: the generator repairs exactly that.
 */
export async function run(given) {
  const despiteErrors = given[0] === '--despite-errors';
  const [module, ...args] = despiteErrors ? given.slice(1) : given;
  if (module === undefined)
    throw new LaunchError('Usage: node tools/run.mjs MODULE [ARGUMENTS], as in tools/golden');
  if (args.includes('--help')) return console.log(helpOf(module));
  const output = `dist/${module}.js`;
  try {
    await prepare([output]);
  } catch (error) {
    if (!despiteErrors || !(error instanceof LaunchError) || !existsSync(join(ROOT, output))) throw error;
    console.error(`${error.message}\n${error.detail}\nRunning ${module} all the same.`);
  }
  if (!existsSync(join(ROOT, output))) throw new LaunchError(`There is no ${module}.ts to run.`);
  exitLike(await runChild(process.execPath, [join(ROOT, output), ...args], { cwd: ROOT }));
}

/**
 * The comment at the head of a tool says what it does and which options it takes.
 *
 * @param {string} module
 */
function helpOf(module) {
  const source = join(ROOT, `${module}.ts`);
  if (!existsSync(source)) throw new LaunchError(`There is no ${module}.ts to run.`);
  const comment = /^\/\*\*(.*?)\*\//s.exec(readFileSync(source, 'utf8'))?.[1] ?? '';
  return comment.replace(/^ ?\*? ?/gm, '').trim();
}
