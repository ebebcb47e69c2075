// Adds to a counter in a store, each time under the gateway's own lock, from
// several asynchronous workers of one process.
//
//   node contend.mjs HOW MODULE STORE WORKERS ROUNDS
//
// HOW  proper-lockfile  MODULE: the gateway's package root; its npm proper-lockfile
//                       with its own AUTH_STORE_LOCK_OPTIONS
//      file-lock        MODULE: the package root of OpenClaw; the withFileLock that
//                       its plugin-sdk exports, with the options of its stores
//      store            MODULE: a file that exports updateAuthProfileStoreWithLock
//                       under some name; the counter is a usageStats entry
// Prints {"rounds","busy"}: busy counts locks that the program gave up on.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [how, module, store, workers, rounds] = process.argv.slice(2);
const load = (file) => import(pathToFileURL(file));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const read = () => JSON.parse(fs.readFileSync(store, "utf8"));
const write = (doc) => fs.writeFileSync(store, JSON.stringify(doc));
const block = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

// OpenClaw 2026.2.26, src/agents/auth-profiles/constants.ts; clawdbot's are loaded.
const options = {
  retries: { retries: 10, factor: 2, minTimeout: 100, maxTimeout: 10000, randomize: true },
  stale: 30000,
};

const ways = {
  "proper-lockfile": async () => {
    const lockfile = createRequire(path.join(module, "package.json"))("proper-lockfile");
    const { AUTH_STORE_LOCK_OPTIONS } = await load(path.join(module, "dist/agents/auth-profiles/constants.js"));
    return async () => {
      let release;
      try {
        release = await lockfile.lock(store, AUTH_STORE_LOCK_OPTIONS);
      } catch (err) {
        if (err.code === "ELOCKED") return false;
        throw err;
      }
      const doc = read();
      await sleep(1);
      write({ ...doc, n: doc.n + 1 });
      await release();
      return true;
    };
  },
  // Calls of one process share its lock, so the work under it is synchronous, as
  // in the gateway.
  "file-lock": async () => {
    const { withFileLock } = await load(path.join(module, "dist/plugin-sdk/index.js"));
    return async () => {
      try {
        await withFileLock(store, options, async () => {
          const doc = read();
          block(1);
          write({ ...doc, n: doc.n + 1 });
        });
        return true;
      } catch (err) {
        if (String(err.message).startsWith("file lock timeout")) return false;
        throw err;
      }
    };
  },
  store: async () => {
    const exported = Object.values(await load(module));
    const update = exported.find((f) => typeof f === "function" && f.name === "updateAuthProfileStoreWithLock");
    if (!update) throw new Error("no updateAuthProfileStoreWithLock in " + module);
    return async () =>
      (await update({
        agentDir: path.dirname(store),
        updater: (s) => {
          s.usageStats["demo:counter"].errorCount += 1;
          return true;
        },
      })) !== null;
  },
};

const once = await ways[how]();
console.log("ready");
let done = 0;
let busy = 0;
await Promise.all(
  Array.from({ length: Number(workers) }, async () => {
    while (done < Number(rounds)) {
      done += 1;
      while (!(await once())) busy += 1;
      await sleep(1);
    }
  }),
);
console.log(JSON.stringify({ rounds: done, busy }));
process.exit(0);
