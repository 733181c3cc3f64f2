import Client from 'bitcoin-core';

/** A client of npm's bitcoin-core for the node at `url`, and its wallet "w". */
export function connect(url, credentials, options = {}) {
  const [username, password] = credentials.split(':');
  return new Client({ host: url, username, password, wallet: 'w', ...options });
}
