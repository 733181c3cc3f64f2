// A subscriber of npm's zeromq that does not read while large payments arrive, beside one that does.
// node zeromq_slow.mjs URL USER:PASSWORD HASHES PAYMENTS; standard input has an object with large and small payments in hex.
// The node publishes "hashtx" at the first address, and "rawtx" with a small high-water mark at the second one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from './connect.mjs';
import { ANYONE, next, subscribe, until } from './subscriber.mjs';

const [url, credentials, hashes, raws] = process.argv.slice(2);
const { large, small } = JSON.parse(readFileSync(0, 'utf8'));
const node = connect(url, credentials);

/** Mines a block and returns its coinbase. */
async function mine() {
  const [block] = await node.command('generatetoaddress', 1, ANYONE);
  return (await node.command('getblock', block, 2)).tx[0];
}
const sleeper = await subscribe(raws, ['rawtx'], async () => (await mine()).hex, { receiveHighWaterMark: 1, receiveBufferSize: 4096 });
const reader = await subscribe(hashes, ['hashtx'], async () => (await mine()).txid);

const ids = [];
for (const payment of large) ids.push(await node.command('sendrawtransaction', payment));
const seen = await until(reader, new Map(), ({ body }) => body === ids.at(-1));
assert.deepEqual(seen.map(({ body }) => body), ids, 'the one that reads gets all');

// The other one reads now. As soon as there is room, it gets what is new.
const sent = [...large];
const got = [];
for (let room = false; !room; ) {
  const message = await next(sleeper, 300);
  if (message) {
    if (got.length || message.body === large[0]) got.push(message); // before it, coinbases
    room = small.includes(message.body);
  } else {
    const payment = small[sent.length - large.length];
    assert(payment, 'new messages arrive');
    await node.command('sendrawtransaction', payment);
    sent.push(payment);
  }
}
assert(got.length < sent.length, 'it missed some');
for (const { body, count } of got) assert(body === sent[count - got[0].count], 'the counter says which are missing');
console.log(`of ${sent.length} payments the subscriber that did not read got ${got.length}`);
reader.close();
sleeper.close();
