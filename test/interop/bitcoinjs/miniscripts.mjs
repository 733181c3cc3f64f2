// Reads miniscripts, one on each line, and prints a list: whether each is sane.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { analyzeMiniscript } = createRequire(import.meta.url)('@bitcoinerlab/miniscript');
const lines = readFileSync(0, 'utf8').trim().split('\n');
console.log(JSON.stringify(lines.map((line) => Boolean(analyzeMiniscript(line).issane))));
