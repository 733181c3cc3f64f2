// Signs PSBTs with one key: reads {"secret": hex, "psbts": [base64]} and writes the list of signed ones.
import { readFileSync } from 'node:fs';
import { hex } from '@scure/base';
import * as btc from '@scure/btc-signer';

const { secret, psbts } = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(psbts.map((base64) => {
  // It signs scripts of other forms than its own ones only if it is told to.
  const transaction = btc.Transaction.fromPSBT(Buffer.from(base64, 'base64'), { allowUnknownInputs: true });
  transaction.signIdx(hex.decode(secret), 0);
  return Buffer.from(transaction.toPSBT(0)).toString('base64');
})));
