// Compares descriptors and their payments with @bitcoinerlab/descriptors.
// node descriptors.mjs URL USER:PASSWORD; the node has a loaded wallet "w" with money. Standard input has an object: `random`,
// descriptors of random miniscripts, sane or not; `secrets`, the keys of them all; `preimages`, of their hashes, by name.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BIP32, ECPair, Output, Psbt, checksum, networks, signers } from '@bitcoinerlab/descriptors';
import { connect } from './connect.mjs';

const node = connect(...process.argv.slice(2));
const { random, secrets, preimages } = JSON.parse(readFileSync(0, 'utf8'));
const network = networks.regtest;
const keys = secrets.map((secret) => ECPair.fromWIF(secret, network));
const master = BIP32.fromSeed(Buffer.alloc(32, 7), network);
const COIN = 100_000_000;
const AMOUNT = 100_000n;
const FEE = 20_000n;
// A PSBT of the library does not tell the node the preimages.
const NEEDS_PREIMAGE = /(sha256|hash256|ripemd160|hash160)\(/;

/** A key expression of account `account`, and the same with the secret. */
function account(number) {
  const path = `48'/1'/${number}'`;
  const derived = master.derivePath(`m/${path}`);
  const origin = `[${Buffer.from(master.fingerprint).toString('hex')}/${path}]`;
  return { known: `${origin}${derived.neutered().toBase58()}/1/*`, secret: `${origin}${derived.toBase58()}/1/*` };
}

const accounts = [0, 1, 2, 3, 4].map(account);
const FORMS = ['pkh(A)', 'wpkh(A)', 'sh(wpkh(A))', 'tr(A)', 'wsh(pk(A))', 'wsh(multi(2,A,B,C))', 'sh(multi(2,A,B))',
  'sh(wsh(multi(2,A,B)))', 'wsh(sortedmulti(3,A,B,C))', 'sh(wsh(sortedmulti(2,A,B)))', 'tr(A,pk(B))', 'tr(A,{pk(B),pkh(C)})',
  'tr(A,{multi_a(2,B,C),{and_v(v:pk(D),older(3)),pk(E)}})', 'tr(A,sortedmulti_a(2,B,C,D))',
  'wsh(andor(pk(A),older(3),pk(B)))', 'wsh(and_v(v:pk(A),after(20)))', 'wsh(thresh(2,pk(A),s:pk(B),sln:older(2)))',
  'sh(wsh(or_d(pk(A),and_v(v:pkh(B),older(2)))))'];

function filled(form, which) {
  return form.replace(/\b[ABCDE]\b/g, (letter) => accounts['ABCDE'.indexOf(letter)][which]);
}

/** The output of a descriptor, or null if the library refuses it. */
function output(descriptor, settings = {}) {
  try {
    return new Output({ descriptor, network, preimages, ...settings });
  } catch (error) {
    return { refused: error.message };
  }
}

const info = (descriptor) => node.command('getdescriptorinfo', descriptor).catch((error) => ({ refused: error.message }));

/** Descriptors of the forms above with an index, as the library and the node see them. */
async function ranged() {
  const found = [];
  for (const form of FORMS) {
    const descriptor = filled(form, 'known');
    const full = `${descriptor}#${checksum(descriptor)}`;
    assert.equal((await node.command('getdescriptorinfo', descriptor)).descriptor, full, form);
    const addresses = await node.command('deriveaddresses', full, [0, 3]);
    for (const [index, address] of addresses.entries()) {
      assert.equal(address, output(full, { index }).getAddress(), `${form} at ${index}`);
    }
    const secret = filled(form, 'secret');
    found.push({ name: form, known: full, secret: `${secret}#${checksum(secret)}`, made: output(full, { index: 3 }) });
  }
  return found;
}

/** Random descriptors that both take. They must agree on which these are. */
async function unranged() {
  const found = [];
  for (const descriptor of random) {
    const made = output(descriptor);
    const theirs = await info(descriptor);
    // multi and multi_a alone are functions of descriptors, which take a key twice; here they are miniscripts.
    if (/^Error: miniscript multi(_a)?\([^()]*\) is not sane: contains duplicate/.test(made.refused)) continue;
    const same = Boolean(made.refused) === Boolean(theirs.refused);
    assert(same || /not satisfiable/.test(theirs.refused), `${descriptor}: ${made.refused} and ${theirs.refused}`);
    if (theirs.refused) continue;
    const [address] = await node.command('deriveaddresses', theirs.descriptor);
    assert.equal(address, made.getAddress(), descriptor);
    found.push({ name: descriptor, known: theirs.descriptor, made });
  }
  return found;
}

/** Pays to each of the outputs and lets relative locks pass. */
async function fund(found) {
  const amounts = Object.fromEntries(found.map(({ made }) => [made.getAddress(), Number(AMOUNT) / COIN]));
  const txid = await node.command('sendmany', '', amounts);
  const target = await node.command('getnewaddress');
  await node.command('generatetoaddress', 20, target);
  const { hex, decoded } = await node.command('gettransaction', txid, false, true);
  return { hex, target, place: (address) => decoded.vout.findIndex(({ scriptPubKey }) => scriptPubKey.address === address) };
}

async function accepted(hex, name) {
  const [verdict] = await node.command('testmempoolaccept', [hex], 0);
  assert(verdict.allowed, `${name}: ${verdict['reject-reason']}`);
}

/** A PSBT of the library that spends the output, and its finalizer. */
function updated({ made }, { hex, target, place }) {
  const psbt = new Psbt({ network });
  const finalize = made.updatePsbtAsInput({ psbt, txHex: hex, vout: place(made.getAddress()) });
  new Output({ descriptor: `addr(${target})`, network }).updatePsbtAsOutput({ psbt, value: AMOUNT - FEE });
  return { psbt, finalize };
}

const hexOf = (key) => Buffer.from(key.publicKey).toString('hex');
/** The keys that sign for a random descriptor, without the internal key: the library spends by a script. */
const signersOf = (name) => keys.filter((key) => name.replace(/^tr\(\w+,/, '').includes(hexOf(key).slice(2)));

/** bitcoinjs-lib signs no pkh in leaves, and confuses the signatures of a key in two leaves. */
function beyondTheLibrary(name) {
  const all = name.match(/[0-9a-f]{64}/g);
  return name.startsWith('tr(') && (name.includes('pkh(') || new Set(all).size < all.length);
}

/** The library signs. Then the library finalizes, and so does the node. Returns the size. */
async function signedByLibrary({ name, secret }, { psbt, finalize }) {
  if (secret) signers.signBIP32({ psbt, masterNode: master });
  else for (const ecpair of signersOf(name)) signers.signECPair({ psbt, ecpair });
  const signed = psbt.toBase64();
  finalize({ psbt });
  const transaction = psbt.extractTransaction(true);
  await accepted(transaction.toHex(), name);
  const { complete, hex } = await node.command('finalizepsbt', signed);
  if (complete) await accepted(hex, name);
  else assert(NEEDS_PREIMAGE.test(name), `${name}: the node finalizes`);
  return transaction.virtualSize();
}

const wifs = new Map(keys.flatMap((key, n) => [[hexOf(key), secrets[n]], [hexOf(key).slice(2), secrets[n]]]));

/** The node signs and finalizes. */
async function signedByNode({ name, secret }, psbt) {
  const again = await node.command('utxoupdatepsbt', psbt, []);
  const reread = Psbt.fromBase64(again, { network }).toBase64(); // may have another order of keys
  assert.deepEqual(await node.command('decodepsbt', reread), await node.command('decodepsbt', again), name);
  const told = secret ? { desc: secret, range: 3 } : name.replace(/[0-9a-f]{64,66}/g, (hex) => wifs.get(hex) ?? hex);
  const { complete, hex } = await node.command('descriptorprocesspsbt', psbt, [told]);
  if (complete) await accepted(hex, name);
  else assert(NEEDS_PREIMAGE.test(name), `${name}: the node signs`);
}

const found = [...await ranged(), ...await unranged()];
const funded = await fund(found);
const total = { size: 0, signed: 0 };
for (const one of found) {
  const { psbt, finalize } = updated(one, funded);
  await signedByNode(one, psbt.toBase64());
  if (!one.secret && beyondTheLibrary(one.name)) continue;
  total.size += await signedByLibrary(one, { psbt, finalize });
  total.signed++;
}
console.log(`${found.length} descriptors; the library spends ${total.signed} of them with ${total.size} vbytes`);
