// PSBTs go back and forth between bitcoinjs-lib and a node: each updates, signs or finalizes what the other made.
// node psbts.mjs URL USER:PASSWORD; the node has a loaded wallet "w" with money.
import assert from 'node:assert/strict';
import * as ecc from '@bitcoinerlab/secp256k1';
import * as bitcoin from 'bitcoinjs-lib';
import { ECPairFactory } from 'ecpair';
import { rpc } from './rpc.mjs';

const call = rpc(...process.argv.slice(2));
const network = bitcoin.networks.regtest;
bitcoin.initEccLib(ecc);
const ECPair = ECPairFactory(ecc);
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const keys = [0, 1, 2, 3, 4].map(() => ECPair.makeRandom({ network }));
const pubkeys = keys.map((key) => key.publicKey);
// The node knows the secrets of a and b, bitcoinjs-lib uses those of a and c.
const [a, b] = keys.map((key) => key.toWIF());
const [A, B, C, D, E] = pubkeys.map(hex);

/** A descriptor with the keys that the node may sign with, the public one, and who signs in bitcoinjs-lib. */
const kinds = [
  { secret: `pkh(${a})`, known: `pkh(${A})`, signers: [0] },
  { secret: `wpkh(${a})`, known: `wpkh(${A})`, signers: [0] },
  { secret: `sh(wpkh(${a}))`, known: `sh(wpkh(${A}))`, signers: [0] },
  { secret: `wsh(multi(2,${D},${b},${C}))`, known: `wsh(multi(2,${D},${B},${C}))`, signers: [2] },
  { secret: `sh(multi(2,${D},${b},${C}))`, known: `sh(multi(2,${D},${B},${C}))`, signers: [2] },
  { secret: `sh(wsh(multi(2,${D},${b},${C})))`, known: `sh(wsh(multi(2,${D},${B},${C})))`, signers: [2] },
  { secret: `tr(${a},pk(${E}))`, known: `tr(${A},pk(${E}))`, signers: [0] },
];
const described = async (text) => (await call('getdescriptorinfo', text)).descriptor;
const addressOf = async (text) => (await call('deriveaddresses', await described(text)))[0];

/** Pays to each kind and returns a PSBT that spends all of it, made by the node. */
async function created() {
  const inputs = [];
  for (const { known } of kinds) {
    const address = await addressOf(known);
    const txid = await call('sendtoaddress', address, 1);
    const { decoded } = await call('gettransaction', txid, false, true);
    inputs.push({ txid, vout: decoded.vout.findIndex((out) => out.scriptPubKey.address === address) });
  }
  const psbt = await call('createpsbt', inputs, { [await call('getnewaddress')]: kinds.length - 0.001 });
  return call('utxoupdatepsbt', psbt, kinds.map(({ known }) => known));
}

/** Signs with the keys of bitcoinjs-lib. */
function sign(base64) {
  const psbt = bitcoin.Psbt.fromBase64(base64, { network });
  assert.equal(psbt.toBase64(), base64, 'bitcoinjs-lib writes the same bytes');
  kinds.forEach(({ known, signers }, index) => {
    for (const signer of signers) {
      const input = psbt.data.inputs[index];
      const key = known.startsWith('tr') ? keys[signer].tweak(
        bitcoin.crypto.taggedHash('TapTweak', Buffer.concat([input.tapInternalKey, input.tapMerkleRoot]))) : keys[signer];
      psbt.signInput(index, key);
    }
  });
  return psbt;
}

const verify = (pubkey, hash, signature) => (pubkey.length === 32 ? ecc.verifySchnorr(hash, pubkey, signature)
  : ECPair.fromPublicKey(pubkey).verify(hash, signature));

const updated = await created();
const ours = sign(updated);
const { psbt: theirs } = await call('descriptorprocesspsbt', updated, kinds.map(({ secret }) => secret), 'DEFAULT', true,
  false);
const parsed = bitcoin.Psbt.fromBase64(theirs, { network });
kinds.forEach((_, index) => assert(parsed.validateSignaturesOfInput(index, verify), `signature of input ${index}`));

// The node combines and finalizes.
const combined = await call('combinepsbt', [ours.toBase64(), theirs]);
const final = await call('finalizepsbt', combined);
assert.equal(final.complete, true);
assert.equal((await call('testmempoolaccept', [final.hex]))[0].allowed, true);

// bitcoinjs-lib combines and finalizes.
const again = bitcoin.Psbt.fromBase64(updated, { network }).combine(ours, parsed);
kinds.forEach((_, index) => again.finalizeInput(index));
const finished = await call('decodepsbt', again.toBase64());
assert.equal(finished.inputs.every((input) => input.final_scriptSig || input.final_scriptwitness), true);
assert.equal((await call('analyzepsbt', again.toBase64())).next, 'extractor');
const raw = again.extractTransaction(true).toHex();
assert.equal((await call('finalizepsbt', again.toBase64())).hex, raw);
await call('sendrawtransaction', raw);
console.log(`${kinds.length} kinds of inputs`);
