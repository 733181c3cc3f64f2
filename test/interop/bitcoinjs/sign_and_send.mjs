// Builds, signs and sends P2WPKH and P2TR payments with bitcoinjs-lib over a node's RPC.
// node sign_and_send.mjs URL USER:PASSWORD; the node has a loaded wallet "w" with money.
import assert from 'node:assert/strict';
import * as ecc from '@bitcoinerlab/secp256k1';
import * as bitcoin from 'bitcoinjs-lib';
import { ECPairFactory } from 'ecpair';
import { rpc } from './rpc.mjs';

const call = rpc(...process.argv.slice(2));
const network = bitcoin.networks.regtest;
bitcoin.initEccLib(ecc);
const ECPair = ECPairFactory(ecc);
const COIN = 100_000_000n;

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const mine = async () => (await call('generatetoaddress', 1, await call('getnewaddress')))[0];

/** A new key with the payments that the tests make to it. */
function newKey() {
  const key = ECPair.makeRandom({ network });
  const internalPubkey = key.publicKey.subarray(1, 33);
  return {
    key,
    internalPubkey,
    wpkh: bitcoin.payments.p2wpkh({ pubkey: key.publicKey, network }),
    tr: bitcoin.payments.p2tr({ internalPubkey, network }),
    tweaked: key.tweak(bitcoin.crypto.taggedHash('TapTweak', internalPubkey)),
  };
}

/** Pays to `payment` from the node's wallet and returns the coin. */
async function fund(payment, amount) {
  const txid = await call('sendtoaddress', payment.address, amount);
  await mine();
  const { hex: raw } = await call('gettransaction', txid);
  const transaction = bitcoin.Transaction.fromHex(raw);
  assert.equal(transaction.getId(), txid);
  const index = transaction.outs.findIndex((out) => hex(out.script) === hex(payment.output));
  const coin = await call('gettxout', txid, index);
  assert.equal(coin.scriptPubKey.address, payment.address);
  assert.equal(coin.scriptPubKey.hex, hex(payment.output));
  assert.equal(coin.value, amount);
  return { hash: txid, index, value: transaction.outs[index].value };
}

/** A signed transaction that spends the given coins of `owner` to `target`. */
function pay(owner, coins, target, fee = 2000n) {
  const psbt = new bitcoin.Psbt({ network });
  let total = 0n;
  for (const { kind, coin } of coins) {
    total += coin.value;
    psbt.addInput({
      hash: coin.hash,
      index: coin.index,
      sequence: 0xfffffffd,
      witnessUtxo: { script: owner[kind].output, value: coin.value },
      ...(kind === 'tr' ? { tapInternalKey: owner.internalPubkey } : {}),
    });
  }
  psbt.addOutput({ address: target.address, value: total - fee });
  coins.forEach(({ kind }, i) => psbt.signInput(i, kind === 'tr' ? owner.tweaked : owner.key));
  return psbt.finalizeAllInputs().extractTransaction();
}

async function refused(transaction, what) {
  const raw = transaction.toHex();
  const [verdict] = await call('testmempoolaccept', [raw]);
  assert.equal(verdict.allowed, false, what);
  await assert.rejects(call('sendrawtransaction', raw), (error) => error.code === -26 && /script-verify-flag/.test(error.message));
}

const alice = newKey();
const bob = newKey();

for (const address of [alice.wpkh.address, alice.tr.address]) {
  assert.equal((await call('validateaddress', address)).isvalid, true);
}

for (const kinds of [['wpkh'], ['tr'], ['wpkh', 'tr', 'tr', 'wpkh']]) {
  const coins = [];
  for (const kind of kinds) coins.push({ kind, coin: await fund(alice[kind], 0.5) });
  const target = kinds[0] === 'wpkh' ? bob.tr : bob.wpkh;
  const transaction = pay(alice, coins, target);

  const broken = bitcoin.Transaction.fromHex(transaction.toHex());
  broken.ins[0].witness[0] = Buffer.from(broken.ins[0].witness[0]);
  broken.ins[0].witness[0][10] ^= 1;
  await refused(broken, 'a signature with one bit changed');
  const redirected = bitcoin.Transaction.fromHex(transaction.toHex());
  redirected.outs[0].value -= 1n;
  await refused(redirected, 'signatures that do not cover the outputs');

  assert.equal((await call('decoderawtransaction', transaction.toHex())).txid, transaction.getId());
  assert.equal((await call('testmempoolaccept', [transaction.toHex()]))[0].vsize, transaction.virtualSize());
  assert.equal(await call('sendrawtransaction', transaction.toHex()), transaction.getId());
  assert.ok((await call('getrawmempool')).includes(transaction.getId()));

  const blockHash = await mine();
  const block = bitcoin.Block.fromHex(await call('getblock', blockHash, 0));
  assert.equal(block.getId(), blockHash);
  assert.ok(block.checkTxRoots(), 'merkle root and witness commitment');
  assert.ok(block.transactions.some((one) => one.getId() === transaction.getId()));
  const paid = await call('gettxout', transaction.getId(), 0);
  assert.equal(paid.confirmations, 1);
  assert.equal(paid.scriptPubKey.address, target.address);
  assert.equal(BigInt(Math.round(paid.value * 1e8)), (COIN / 2n) * BigInt(kinds.length) - 2000n);
  console.log(`${kinds.join(' + ')}: ${transaction.getId()} in block ${blockHash}`);
}
