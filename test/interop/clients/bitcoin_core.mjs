// Calls a node with npm's bitcoin-core: by position, by name, in batches, with and without a wallet, and with errors.
// node bitcoin_core.mjs URL USER:PASSWORD; the node has a loaded wallet "w" with money, and another one.
import assert from 'node:assert/strict';
import { connect } from './connect.mjs';

const [url, credentials] = process.argv.slice(2);
const node = connect(url, credentials, { version: '28.1.0' });
const fails = (call, code, text) => assert.rejects(call, (error) => error.code === code && text.test(error.message));

// Methods without arguments, by their names in the library.
for (const method of ['getBlockchainInfo', 'getBlockCount', 'getBestBlockHash', 'getChainTips', 'getChainTxStats',
  'getConnectionCount', 'getDifficulty', 'getMemoryInfo', 'getMempoolInfo', 'getMiningInfo', 'getNetTotals',
  'getNetworkHashPs', 'getNetworkInfo', 'getPeerInfo', 'getRawMempool', 'getRpcInfo', 'getTxOutSetInfo', 'getZmqNotifications',
  'getAddedNodeInfo', 'getBalance', 'getBalances', 'getNewAddress', 'getRawChangeAddress', 'getWalletInfo', 'help',
  'listBanned', 'listLockUnspent', 'listReceivedByAddress', 'listSinceBlock', 'listTransactions', 'listUnspent',
  'listWallets', 'listWalletDir', 'ping', 'upTime']) {
  assert.notEqual(await node[method](), undefined, method);
}

// Named arguments and names in objects.
const tip = await node.getBestBlockHash();
assert.equal((await node.getBlock({ blockhash: tip, verbosity: 1 })).hash, tip);
assert.equal(await node.getBlock({ blockhash: tip, verbosity: 0 }), await node.getBlock(tip, 0));
assert.equal((await node.getBlockHeader({ blockhash: tip })).hash, tip);

// A payment by the wallet, and one that the caller puts together.
const address = await node.getNewAddress({ label: 'shop', address_type: 'bech32m' });
const txid = await node.sendToAddress({ address, amount: 1.5, fee_rate: 25 });
assert.equal((await node.getMempoolEntry(txid)).vsize > 100, true);
const [block] = await node.generateToAddress(1, address);
const { amount, blockhash, details } = await node.getTransaction(txid);
assert.equal(blockhash, block);
const { vout } = details.find(({ category }) => category === 'receive');
const raw = await node.createRawTransaction([{ txid, vout }], { [address]: 1.499 });
const signed = await node.signRawTransactionWithWallet(raw);
assert.equal(signed.complete, true);
const next = await node.sendRawTransaction(signed.hex);
assert.equal((await node.getRawTransaction(next, true)).txid, next);
assert.equal((await node.decodeRawTransaction(signed.hex)).vout[0].scriptPubKey.address, address);
assert.equal((await node.getTxOut(next, 0)).value, 1.499);
assert.equal(typeof amount, 'number');

// A batch: results and errors in their order.
const [count, wrong, hash] = await node.command([{ method: 'getblockcount', parameters: [] },
  { method: 'getblockhash', parameters: [-1] }, { method: 'getblockhash', parameters: [0] }]);
assert.equal(count, await node.getBlockCount());
assert.equal(wrong.code, -8);
assert.equal(hash, await node.getBlockHash(0));

// Errors.
await fails(node.getBlock('00'), -8, /blockhash must be of length 64/);
await fails(node.getBlockHash(), -1, /^getblockhash height/);
await fails(node.getBlockHash({ nosuch: 1 }), -8, /Unknown named parameter nosuch/);
await fails(node.sendToAddress(address, 1e6), -6, /Insufficient funds/);
await fails(connect(url, credentials).command('nosuch'), -32601, /Method not found/);
await fails(connect(url, credentials, { wallet: 'nosuch' }).getWalletInfo(), -18, /wallet does not exist|not loaded/);
await fails(connect(url, credentials, { wallet: undefined }).getWalletInfo(), -19, /Wallet file not specified/);
await fails(connect(url, 'x:y').getBlockCount(), 401, /Unauthorized/);
console.log('by position, by name and in a batch');
