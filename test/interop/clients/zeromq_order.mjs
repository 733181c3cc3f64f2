// Subscribes to all events of a node with npm's zeromq: they are in order and without gaps, also through a reorganisation.
// node zeromq_order.mjs URL USER:PASSWORD ADDRESS; standard input has payments as a JSON list of hex.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from './connect.mjs';
import { ANYONE, subscribe, until } from './subscriber.mjs';

const [url, credentials, address] = process.argv.slice(2);
const payments = JSON.parse(readFileSync(0, 'utf8'));
const node = connect(url, credentials);
const mine = (count) => node.command('generatetoaddress', count, ANYONE);
const topics = ['hashblock', 'hashtx', 'rawblock', 'rawtx', 'sequence'];
const socket = await subscribe(address, topics, async () => node.command('getblock', (await mine(1))[0], 0));

/** A body of "sequence": what it is about, the letter, and the number of the mempool. */
function change(body) {
  const bytes = Buffer.from(body, 'hex');
  return { hash: body.slice(0, 64), kind: String.fromCharCode(bytes[32]),
    number: bytes.length > 33 ? bytes.readBigUInt64LE(33) : null };
}

// What a program knows that reads only "sequence".
const blocks = [await node.command('getbestblockhash')];
const mempool = new Set();
let number = null;

function follow({ hash, kind, number: next }) {
  if (kind === 'C') blocks.push(hash);
  if (kind === 'D') assert.equal(blocks.pop(), hash);
  if (kind === 'A') mempool.add(hash);
  if (kind === 'R') assert(mempool.delete(hash));
  if (next !== null) {
    assert(number === null || next >= number, 'the number of the mempool');
    number = next + 1n;
  }
}

const counts = new Map();

/** All messages until the block of the node's tip, and the changes of "sequence" among them. */
async function advance() {
  const tip = await node.command('getbestblockhash');
  const raw = await node.command('getblock', tip, 0);
  const messages = await until(socket, counts, ({ topic, body }) => topic === 'rawblock' && body === raw);
  const changes = messages.filter(({ topic }) => topic === 'sequence').map(({ body }) => change(body));
  return { tip, messages, changes };
}

const bodies = (messages, name) => messages.filter(({ topic }) => topic === name).map(({ body }) => body);

// Payments and a block with them.
const ids = [];
for (const payment of payments) ids.push(await node.command('sendrawtransaction', payment));
await mine(1);
const first = await advance();
const { tx } = await node.command('getblock', first.tip);
assert.deepEqual(bodies(first.messages, 'hashtx').slice(0, ids.length), ids);
assert.deepEqual(bodies(first.messages, 'rawtx').slice(0, ids.length), payments);
assert.deepEqual(bodies(first.messages, 'hashblock'), [first.tip]);
assert.deepEqual(tx.slice(1).toSorted(), ids.toSorted());
first.changes.forEach(follow);
assert.deepEqual([...mempool], ids);
mempool.clear(); // a block says only which block it is

// A reorganisation brings the payments back.
await mine(2);
await node.command('invalidateblock', first.tip);
for (let block = 0; block < 4; block++) await node.command('generateblock', ANYONE, []);
const { tip, messages, changes } = await advance();
changes.forEach(follow);
assert.match(changes.map(({ kind }) => kind).join(''), /^CCDDDA+CCCC$/);
assert.deepEqual(bodies(messages, 'hashblock').at(-1), tip);
const height = await node.command('getblockcount');
for (const [depth, block] of blocks.toReversed().entries()) {
  assert.equal(block, await node.command('getblockhash', height - depth));
}
const waiting = await node.command('getrawmempool', false, true);
assert.deepEqual([...mempool].toSorted(), waiting.txids.toSorted());
assert.equal(number, BigInt(waiting.mempool_sequence));
console.log(`${first.messages.length + messages.length} messages in order, none missing`);
socket.close();
