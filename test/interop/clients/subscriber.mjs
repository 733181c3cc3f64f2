import assert from 'node:assert/strict';
import { Subscriber } from 'zeromq';

export const ANYONE = 'bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85';
const PATIENCE = 30_000;
const MOMENT = 100;

/** The next message as its parts, or null if none arrives within `timeout` milliseconds. */
export async function next(socket, timeout = PATIENCE) {
  socket.receiveTimeout = timeout;
  const parts = await socket.receive().catch(() => null);
  if (!parts) return null;
  const [topic, body, count] = parts;
  return { topic: topic.toString(), body: body.toString('hex'), count: count.readUInt32LE() };
}

/** A socket that has received all that was published until now. `publish` publishes something and returns its last body. */
export async function subscribe(address, topics, publish, settings = {}) {
  const socket = new Subscriber({ receiveHighWaterMark: 0, ...settings });
  socket.subscribe(...topics);
  socket.connect(address);
  do await publish(); while (!(await next(socket, MOMENT))); // a subscription takes a moment to arrive
  const last = await publish();
  for (let message; message?.body !== last; assert(message, 'the last message')) message = await next(socket);
  return socket;
}

/** Messages until the one for which `last` is true. Fails if a counter has a gap. `counts`: the next one of each topic. */
export async function until(socket, counts, last) {
  const messages = [];
  for (;;) {
    const message = await next(socket);
    assert(message, `no message after ${messages.length}`);
    assert.equal(message.count, counts.get(message.topic) ?? message.count, `counter of ${message.topic}`);
    counts.set(message.topic, message.count + 1);
    messages.push(message);
    if (last(message)) return messages;
  }
}
