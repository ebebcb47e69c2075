// Runs the real npm dotenv, which is the directory of its package in argv[2].
//
//   node record.mjs DOTENV_DIR > dotenv.golden.json     what it reads in corpus/
//   node record.mjs DOTENV_DIR -                        answers over a pipe: per line
//       of stdin the base64 of a file, per line of stdout its variables as JSON
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import readline from "node:readline";

const dir = path.resolve(process.argv[2]);
const { parse } = createRequire(import.meta.url)(dir);

if (process.argv[3] === "-") {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(parse(Buffer.from(line, "base64"))) + "\n");
  }
} else {
  const corpus = path.join(import.meta.dirname, "corpus");
  const files = {};
  for (const name of fs.readdirSync(corpus).sort()) {
    files[name] = parse(fs.readFileSync(path.join(corpus, name)));
  }
  const { version } = JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8"));
  process.stdout.write(JSON.stringify({ dotenv: version, files }, null, 2) + "\n");
}
