// PSBTs go back and forth between a node and @scure/btc-signer, over all types of scripts: each updates, signs, combines and
// finalizes what the other made.
// node btc_signer.mjs URL USER:PASSWORD; the node has a loaded wallet "w" with money.
import assert from 'node:assert/strict';
import { hex as hexCoder } from '@scure/base';
import * as btc from '@scure/btc-signer';
import { pubECDSA, pubSchnorr } from '@scure/btc-signer/utils.js';
import { connect } from './connect.mjs';

const node = connect(...process.argv.slice(2));
const network = { bech32: 'bcrt', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
const AMOUNT = 0.001;
const ANYONECANPAY = btc.SigHash.ALL_ANYONECANPAY;
const secrets = [1, 2, 3].map((number) => new Uint8Array(32).fill(number));
const publics = secrets.map((secret) => pubECDSA(secret));
const xonly = secrets.map((secret) => pubSchnorr(secret));
const wifs = secrets.map((secret) => btc.WIF(network).encode(secret));
const [a, b, c] = publics;
const [x, y, z] = xonly;

/** The forms of descriptors, in which A, B and C are keys, and what the library calls them. */
const kinds = [
  ['pkh(A)', btc.p2pkh(a, network)],
  ['wpkh(A)', btc.p2wpkh(a, network)],
  ['sh(wpkh(A))', btc.p2sh(btc.p2wpkh(a, network), network)],
  ['sh(pk(A))', btc.p2sh(btc.p2pk(a, network), network)],
  ['sh(pkh(A))', btc.p2sh(btc.p2pkh(a, network), network)],
  ['wsh(pk(A))', btc.p2wsh(btc.p2pk(a, network), network)],
  ['wsh(pkh(A))', btc.p2wsh(btc.p2pkh(a, network), network)],
  ['sh(wsh(pkh(A)))', btc.p2sh(btc.p2wsh(btc.p2pkh(a, network), network), network)],
  ['sh(multi(2,A,B,C))', btc.p2sh(btc.p2ms(2, [a, b, c]), network)],
  ['wsh(multi(2,A,B,C))', btc.p2wsh(btc.p2ms(2, [a, b, c]), network)],
  ['sh(wsh(multi(3,A,B,C)))', btc.p2sh(btc.p2wsh(btc.p2ms(3, [a, b, c]), network), network)],
  ['wsh(sortedmulti(2,A,B,C))', btc.sortedMultisig(2, [a, b, c], true, network)],
  ['tr(A)', btc.p2tr(x, undefined, network)],
  ['tr(A,pk(B))', btc.p2tr(x, btc.p2tr_pk(y), network)],
  ['tr(C,and_v(v:pk(A),pk(B)))', btc.p2tr(z, btc.p2tr_ns(2, [x, y])[0], network)],
  ['tr(C,{multi_a(2,A,B),pk(B)})', btc.p2tr(z, [btc.p2tr_ms(2, [x, y]), btc.p2tr_pk(y)], network)],
];
const filled = (form, keys) => form.replace(/\b[ABC]\b/g, (letter) => keys['ABC'.indexOf(letter)]);
const known = kinds.map(([form]) => filled(form, publics.map((key) => hexCoder.encode(key))));
/** The same with some of the secrets. */
const told = (...owners) => kinds.map(([form]) => filled(form, publics.map((key, n) => (owners.includes(n) ? wifs[n] : hexCoder.encode(key)))));

const read = (base64) => btc.Transaction.fromPSBT(Buffer.from(base64, 'base64'));
const write = (transaction) => Buffer.from(transaction.toPSBT(0)).toString('base64');

async function accepted(hex, what) {
  const [verdict] = await node.command('testmempoolaccept', [hex], 0);
  assert(verdict.allowed, `${what}: ${verdict['reject-reason']}`);
}

/** Pays to each kind. */
async function fund() {
  for (const [place, [form, payment]] of kinds.entries()) {
    const { descriptor } = await node.command('getdescriptorinfo', known[place]);
    assert.deepEqual(await node.command('deriveaddresses', descriptor), [payment.address], form);
  }
  const txid = await node.command('sendmany', '', Object.fromEntries(kinds.map(([, { address }]) => [address, AMOUNT])));
  const { hex, decoded } = await node.command('gettransaction', txid, false, true);
  const vouts = kinds.map(([, { address }]) => decoded.vout.findIndex(({ scriptPubKey }) => scriptPubKey.address === address));
  return { txid, hex, vouts };
}

/** The PSBT that spends all, made by the library. */
function made({ txid, hex, vouts }, target, value) {
  const transaction = new btc.Transaction();
  const whole = btc.Transaction.fromRaw(hexCoder.decode(hex), { allowUnknownInputs: true, allowUnknownOutputs: true, disableScriptCheck: true });
  for (const [place, [form, { script, redeemScript, witnessScript, tapInternalKey, tapMerkleRoot, tapLeafScript }]] of kinds.entries()) {
    const index = vouts[place];
    const before = form.startsWith('tr') ? { witnessUtxo: { script, amount: whole.getOutput(index).amount } } : { nonWitnessUtxo: hexCoder.decode(hex) };
    const fields = { redeemScript, witnessScript, tapInternalKey, tapMerkleRoot, tapLeafScript };
    transaction.addInput({ txid, index, sequence: 0xfffffffd, ...before, ...Object.fromEntries(Object.entries(fields).filter(([, field]) => field)) });
  }
  transaction.addOutputAddress(target, value, network);
  return transaction;
}

/** All ways to sign, combine and finalize. */
async function roles(start, what) {
  assert.equal(write(read(start)), write(read(write(read(start)))));
  const { psbt: theirs } = await node.command('descriptorprocesspsbt', start, told(0), 'DEFAULT', true, false);
  const library = read(start);
  library.sign(secrets[1]);
  library.sign(secrets[2]);
  const ours = write(library);

  const combined = await node.command('combinepsbt', [theirs, ours]);
  const final = await node.command('finalizepsbt', combined);
  assert.equal(final.complete, true, `${what}: the node finalizes`);
  await accepted(final.hex, what);

  const finished = read(combined);
  finished.finalize();
  await accepted(finished.hex, `${what}, finalized by the library`);
  const together = read(Buffer.from(btc.PSBTCombine([theirs, ours].map((one) => Buffer.from(one, 'base64')))).toString('base64'));
  together.finalize();
  await accepted(together.hex, `${what}, combined by the library`);
  assert.equal((await node.command('analyzepsbt', write(finished))).next, 'extractor');
  assert.equal((await node.command('finalizepsbt', write(finished))).hex, finished.hex);
}

/** One signs after the other, each with another type. */
async function inTurn(start) {
  const library = read(start);
  for (const secret of secrets.slice(1)) library.sign(secret, [ANYONECANPAY, btc.SigHash.ALL, btc.SigHash.DEFAULT]);
  const { psbt, complete } = await node.command('descriptorprocesspsbt', write(library), told(0, 1, 2), 'ALL|ANYONECANPAY');
  const { hex } = await node.command('finalizepsbt', psbt);
  assert.equal(complete, true);
  await accepted(hex, 'several types');
}

const funded = await fund();
const target = await node.command('getnewaddress');
const value = kinds.length * AMOUNT - 0.0005;
const own = made(funded, target, btc.Decimal.decode(value.toFixed(8)));
const inputs = funded.vouts.map((vout) => ({ txid: funded.txid, vout }));
const theirs = await node.command('utxoupdatepsbt', await node.command('createpsbt', inputs, { [target]: value.toFixed(8) }), known);
await roles(theirs, 'made by the node');
await roles(await node.command('utxoupdatepsbt', write(own), known), 'made by both');
const alone = read(write(own));
for (const secret of secrets) alone.sign(secret);
const { complete, hex } = await node.command('finalizepsbt', write(alone));
assert.equal(complete, true);
await accepted(hex, 'signed by the library');
await inTurn(theirs);
console.log(`${kinds.length} kinds of inputs`);
