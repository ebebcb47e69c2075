// template.mjs - make a fresh home's databases fit for any home: no credential, and
// nothing that was noted about the home in which they were made.
//
// arguments: the databases
import { DatabaseSync } from "node:sqlite";

const SHARED = ["config_health_entries", "diagnostic_events", "agent_databases"];
const AGENT = ["auth_profile_store", "auth_profile_state"];
for (const path of process.argv.slice(1)) {
  const db = new DatabaseSync(path);
  const tables = new Set(db.prepare("SELECT name FROM sqlite_master WHERE type='table'").all().map((t) => t.name));
  for (const table of [...SHARED, ...AGENT]) if (tables.has(table)) db.exec(`DELETE FROM ${table}`);
  if (tables.has("config_machine_state")) db.exec("DELETE FROM config_machine_state WHERE state_key LIKE 'authProfiles.%' OR state_key LIKE 'config.%' OR state_key LIKE 'plugins.%'");
  db.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}
