// Reads a JSON list of objects: `miniscript`, `tapscript`, and `knowns`, the signatures and preimages that there are. Prints a
// list: the non-malleable satisfactions of each, or null if there are too many to list.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { satisfier } = createRequire(import.meta.url)('@bitcoinerlab/miniscript');

function satisfactions({ miniscript, tapscript, knowns }) {
  try {
    return satisfier(miniscript, { tapscript, knowns }).nonMalleableSats;
  } catch (error) {
    if (/solutions/i.test(error.message)) return null;
    throw new Error(`${miniscript}: ${error.message}`);
  }
}
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(satisfactions)));
