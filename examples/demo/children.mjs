// Owns which child processes run: each is waited for in the knowledge that it may end too early,
// and none survives a demo that failed.

const running = new Set();

/** Remembers a child process until it ends. */
export function remember(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export function killRemaining() {
  for (const child of running) child.kill('SIGKILL');
}

/** The value of the next such event of a child or cluster worker; rejects if it ends before. */
export function eventOf(child, name, event) {
  return new Promise((resolve, reject) => {
    child.once(event, resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`${name} ended early, with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** The end of a child or cluster worker; rejects if it does not end well. */
export function endOf(child, name) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}
