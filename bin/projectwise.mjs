#!/usr/bin/env node
// Starts the server with a Node that can run it: this one, or the one that came with the install.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { existsSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Asked for what it can do, not for a number. */
if ('argon2' in crypto && 'randomUUIDv7' in crypto) {
  // Compiled code is kept for the next start, which then takes about half the time.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/projectwise', import.meta.url)));
  await import('../main.ts');
} else {
  const carried = findCarriedNode();
  if (carried) runWith(carried);
  else {
    console.error(
      `ProjectWise needs Node 24.21 or newer, this is ${process.version}: install it, or run "npm ci" again.`,
    );
    process.exitCode = 1;
  }
}

function findCarriedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${platform}-${process.arch}/package.json`);
    const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

/** This launcher again, in our place: same streams, same signals, same end. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => {
      // A terminal gives its Ctrl-C to both of us.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`${node} cannot be run: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
