// Package sqlstore reads and replaces the credential cells of OpenClaw's SQLite
// databases the way OpenClaw's own programs do. It is the only package that imports
// an SQLite driver.
//
// Since 2026.6.5 an agent's credentials are two rows of its own database,
// agents/ID/agent/openclaw-agent.sqlite; since 2026.8.1 the shared ones are two rows of
// state/openclaw.sqlite, of which config_machine_state's row auth.sharedStore says
// whether they are in use. Each row holds one JSON text, a cell.
//
// Read changes no byte of a database or of its -wal and -shm, not even after a crash.
// Hold writes: it takes the gateways' coordinator where the release has one, then BEGIN
// IMMEDIATE, and upserts or deletes those rows and nothing else. It runs no DDL, changes
// no journal mode, and never copies, moves or removes a database or what lies beside it.
//
// A process must not Read a database that it Holds: closing the file would drop the
// locks of the connection that writes (POSIX record locks belong to the process).
//
// What was read in OpenClaw's programs, 2026.9.6 where nothing else is said:
//
//   - Every write of the state database happens under an exclusive SQLite transaction on
//     /tmp/openclaw-state-locks-UID/state-lifecycle.HASH.lock.sqlite, HASH being the
//     first 8 hexadecimal digits of SHA-256 of the database's real path
//     (src/infra/state-database-coordinator.ts, the same in 2026.8.1). Waiters give up
//     after 5 s. The directory has to be a real one, mode 0700, owned by the gateway's
//     user; nothing is asked of the file.
//   - An agent's database has no coordinator of its own, but to open it for writing the
//     gateway first writes a lease into the state database, under the coordinator, and
//     refuses while a maintenance lease is there or an external supervisor owns the
//     state (src/state/openclaw-agent-db-lease.ts, openclaw-state-ownership.ts). We hold
//     the coordinator throughout, which gives the same exclusion without the lease.
//   - Transactions are BEGIN IMMEDIATE with a busy timeout of 5 s. A commit of ours is
//     synced (synchronous=FULL; theirs is NORMAL).
//   - The gateway kills itself when the -wal or -shm that it has open is replaced
//     (src/infra/sqlite-wal-split-brain.ts); SQLite's own closing does not do that.
package sqlstore
