// The sync of a released clawdbot, run on stores in memory: standard input is a list of
// {home, store}, standard output the list of the stores' profiles afterwards.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { readFileSync, writeSync } from "node:fs";

const { now, cases } = JSON.parse(readFileSync(0, "utf8"));
Date.now = () => now;
for (const name of ["log", "info", "warn", "error", "debug"]) console[name] = () => {};
process.stdout.write = () => true;
const module = path.join(process.env.KEYFORM_PACKAGE, "dist/agents/auth-profiles/external-cli-sync.js");
const { syncExternalCliCredentials } = await import(pathToFileURL(module));
const out = [];
for (const { home, store } of cases) {
  process.env.HOME = home;
  const profiles = store.profiles;
  syncExternalCliCredentials({ version: 1, profiles });
  out.push(profiles);
}
// A pipe takes as much as fits: what is left, and when it takes nothing at all, again.
const text = Buffer.from(JSON.stringify(out));
for (let at = 0; at < text.length; ) {
  try {
    at += writeSync(1, text, at);
  } catch (err) {
    if (err.code !== "EAGAIN") throw err;
  }
}
