// cells.mjs - read or replace what a database of a gateway's keeps of credentials.
//
// stdin: {"path", "shared", "lock", "put": null | {"store", "state"}}
//   shared: it is the state directory's database, not an agent's
//   lock:   the database by which the gateway's processes take turns at writing to
//           the shared one, or ""
//   store and state: a cell's text, null where there is no such row
// stdout: {"store", "state"} as they are afterwards
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

const { path, shared, lock, put } = JSON.parse(readFileSync(0, "utf8"));
const cell = (part) => shared
  ? { table: "config_machine_state", key: "state_key", value: "value_json", time: "updated_at_ms", id: "authProfiles." + part }
  : { table: "auth_profile_" + part, key: part + "_key", value: part + "_json", time: "updated_at", id: "primary" };

const out = { store: null, state: null };
if (put || existsSync(path)) {
  let coordinator;
  if (put && lock) {
    mkdirSync(dirname(lock), { recursive: true, mode: 0o700 });
    coordinator = new DatabaseSync(lock);
    coordinator.exec("PRAGMA busy_timeout=5000; BEGIN EXCLUSIVE");
  }
  const db = new DatabaseSync(path, { readOnly: !put });
  db.exec("PRAGMA busy_timeout=5000");
  if (put) {
    db.exec("BEGIN IMMEDIATE");
    for (const part of ["store", "state"]) {
      const c = cell(part);
      if (put[part] === null) db.prepare(`DELETE FROM ${c.table} WHERE ${c.key}=?`).run(c.id);
      else db.prepare(`INSERT INTO ${c.table}(${c.key},${c.value},${c.time}) VALUES(?,?,?)
        ON CONFLICT(${c.key}) DO UPDATE SET ${c.value}=excluded.${c.value}, ${c.time}=excluded.${c.time}`).run(c.id, put[part], Date.now());
    }
    db.exec("COMMIT");
  }
  for (const part of ["store", "state"]) {
    const c = cell(part);
    const row = db.prepare(`SELECT ${c.value} AS v FROM ${c.table} WHERE ${c.key}=?`).get(c.id);
    out[part] = row ? row.v : null;
  }
  db.close();
  if (coordinator) {
    coordinator.exec("COMMIT");
    coordinator.close();
  }
}
console.log(JSON.stringify(out));
