// Owns asking the services of examples for their page, each time over a connection of its own.

import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

/** @throws Error unless the answer comes, with status 200. */
export async function getPage(port: number): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, resolve).once('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
  return text(response);
}
