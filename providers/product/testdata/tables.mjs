// What an installed OpenClaw holds of providers, from its own functions: standard input is
// a list of the ids and spellings to ask for, standard output {variables, spellings,
// authAliases, model, listed}. The last are the variables of plugins outside the package,
// by its catalogue of them.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { existsSync, readFileSync, readdirSync, writeSync } from "node:fs";

const dist = path.join(process.env.KEYFORM_PACKAGE, "dist");
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write = () => true;
for (const name of ["log", "info", "warn", "error", "debug"]) console[name] = () => {};
const files = readdirSync(dist).filter((f) => /\.m?js$/.test(f));
const texts = files.map((f) => [f, readFileSync(path.join(dist, f), "utf8")]);

// load imports what a module of the bundle defines under a name, wherever that is: names
// of files and exports differ from release to release. It gives undefined where there is none.
async function load(declaration, name) {
  for (const [file, text] of texts) {
    if (!text.includes(declaration)) continue;
    const as = new RegExp(`export \\{[^}]*\\b${name}(?: as ([\\w$]+))?[,\\s}]`).exec(text);
    if (as) return (await import(pathToFileURL(path.join(dist, file))))[as[1] ?? name];
  }
  return undefined;
}
const fn = (name) => load(`\nfunction ${name}(`, name);
const constant = (name) => load(`\nconst ${name} = `, name);

// candidates has the variables of a release with a table of them; one without is asked
// for a key in an environment that notes what it looks for.
const candidates = await fn("resolveProviderAuthEnvVarCandidatesCore") ?? await fn("resolveProviderAuthEnvVarCandidates");
const spelling = await fn("normalizeProviderId");
const variables = {};
if (candidates) {
  Object.assign(variables, candidates());
} else {
  const key = await fn("resolveEnvApiKey");
  const env = process.env;
  for (const id of asked) {
    const seen = [];
    process.env = new Proxy({}, { get: (_, name) => void (typeof name === "string" && seen.push(name)), has: () => false });
    key(id);
    process.env = env;
    if (seen.length > 0) variables[id] = [...new Set(seen)];
  }
}
const aliases = await fn("resolveProviderAuthAliasMap");
const catalogue = path.join(process.env.KEYFORM_PACKAGE, "scripts/lib/official-external-provider-catalog.json");
const listed = {};
if (existsSync(catalogue)) {
  for (const { openclaw } of JSON.parse(readFileSync(catalogue, "utf8")).entries) {
    for (const { id, envVars } of openclaw?.providers ?? []) if (envVars) listed[id] = envVars;
  }
}
const out = {
  listed,
  variables,
  spellings: Object.fromEntries(asked.map((id) => [id, spelling(id)]).filter(([id, to]) => id !== to)),
  authAliases: aliases ? { ...aliases() } : {},
  model: `${await constant("DEFAULT_PROVIDER")}/${await constant("DEFAULT_MODEL")}`,
};
// A pipe takes as much as fits: what is left, and when it takes nothing at all, again.
const text = Buffer.from(JSON.stringify(out));
for (let at = 0; at < text.length; ) {
  try {
    at += writeSync(1, text, at);
  } catch (err) {
    if (err.code !== "EAGAIN") throw err;
  }
}
process.exit(0);
