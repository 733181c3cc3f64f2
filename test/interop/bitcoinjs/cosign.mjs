// Signs PSBTs with one key: reads {"secret": hex, "psbts": [base64]} and writes the list of signed ones.
import { readFileSync } from 'node:fs';
import * as ecc from '@bitcoinerlab/secp256k1';
import * as bitcoin from 'bitcoinjs-lib';
import { ECPairFactory } from 'ecpair';

bitcoin.initEccLib(ecc);
const network = bitcoin.networks.regtest;
const { secret, psbts } = JSON.parse(readFileSync(0, 'utf8'));
const key = ECPairFactory(ecc).fromPrivateKey(Buffer.from(secret, 'hex'), { network });
console.log(JSON.stringify(psbts.map((base64) => {
  const psbt = bitcoin.Psbt.fromBase64(base64, { network });
  psbt.signAllInputs(key);
  return psbt.toBase64();
})));
