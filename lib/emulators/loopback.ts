import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The only interface that anything local listens on: nothing of it is ever reachable from another machine. */
const LOOPBACK = '127.0.0.1';

/**
 * Listens on 127.0.0.1 and gives the base URL, without a slash at its end.
 *
 * @param port - 0: a free one
 */
function listenOnLoopback(server: Server, port = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve(`http://${LOOPBACK}:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** Ends a server at once: SDK clients keep their connections open, and a plain `close` would wait for them. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

export { closeServer, LOOPBACK, listenOnLoopback };
