// Reads a JSON list of objects, `miniscript` and `tapscript`. Prints a list: whether each is sane.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { analyzeMiniscript } = createRequire(import.meta.url)('@bitcoinerlab/miniscript');
const given = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(given.map(({ miniscript, tapscript }) => Boolean(analyzeMiniscript(miniscript, { tapscript }).issane))));
