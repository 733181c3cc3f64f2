// The fixtures under Vitest: one node for all tests, which returns to its snapshot after each.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BitcoinNode } from './daler.mjs';

let node;
beforeAll(async () => {
  node = await BitcoinNode.start();
  await node.rpc.mine(101);
});
afterAll(() => node.stop());

it.each([1, 2, 3])('a payment of %i confirms', (amount) => node.restored(async () => {
  expect(await node.rpc.getblockcount()).toBe(101);
  const txid = await node.rpc.sendtoaddress(await node.rpc.getnewaddress(), amount);
  await node.rpc.mine();
  expect((await node.rpc.gettransaction(txid)).confirmations).toBe(1);
}));
