/** A function that calls a method of the node's wallet "w". */
export function rpc(url, credentials) {
  return async (method, ...params) => {
    const response = await fetch(`${url}/wallet/w`, {
      method: 'POST',
      headers: { Authorization: 'Basic ' + Buffer.from(credentials).toString('base64') },
      body: JSON.stringify({ jsonrpc: '2.0', id: method, method, params }),
    });
    const answer = await response.json();
    if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
    return answer.result;
  };
}
