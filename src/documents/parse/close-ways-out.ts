// Takes the network, other processes (to start or to signal) and threads away from the process it is called in, before a parser is loaded. Files are the business
// of Node's permission model, which has no say over the network and must leave us the one thread that watches.
import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';
import workerThreads from 'node:worker_threads';

/** Of names: what asks for one, and what makes somebody who asks. */
const ASKS = /^(lookup|resolve|reverse|Resolver$)/;

/** What reaches out, by module. Everything that connects ends in one of these, whatever it is built upon. */
const WAYS_OUT: [object, string[]][] = [
  [net, ['connect', 'createConnection', 'createServer', '_createServerHandle', 'BoundSocket']],
  [net.Socket.prototype, ['connect']],
  [net.Server.prototype, ['listen', '_listen2']],
  [tls, ['connect', 'createServer']],
  [http, ['request', 'get', 'createServer']],
  [https, ['request', 'get', 'createServer']],
  [http2, ['connect', 'createServer', 'createSecureServer']],
  [dgram, ['createSocket', '_createSocketHandle']],
  [dgram.Socket.prototype, ['bind', 'bindSync', 'connect', 'connectSync', 'send', 'sendto']],
  [dns, namesOf(dns, ASKS)],
  [dns.promises, namesOf(dns.promises, ASKS)],
  [dns.Resolver.prototype, namesOf(dns.Resolver.prototype, ASKS)],
  [dns.promises.Resolver.prototype, namesOf(dns.promises.Resolver.prototype, ASKS)],
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
  [workerThreads, ['Worker']],
  [process, ['kill', '_kill', '_debugProcess']],
];
const GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'];

/** For good: there is no way back in this process. */
export function closeWaysOut(): void {
  // A function of the older kind: some of these are called with `new`.
  function refuse(): never {
    throw Object.assign(new Error('A reader of documents has no way out.'), { code: 'ERR_ACCESS_DENIED' });
  }
  const lock = { value: refuse, writable: false, configurable: false };
  for (const [owner, names] of WAYS_OUT) for (const name of names) Object.defineProperty(owner, name, lock);
  for (const name of GLOBALS) Object.defineProperty(globalThis, name, lock);
  syncBuiltinESMExports();
}

function namesOf(owner: object, pattern: RegExp): string[] {
  return Object.getOwnPropertyNames(owner).filter((name) => pattern.test(name));
}
