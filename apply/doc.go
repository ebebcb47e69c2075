// Package apply carries out a plan.Plan and takes nothing else: it reads no
// configuration and compares nothing that the plan did not compare.
//
// A run goes through these steps, and the first failure stops it:
//
//  1. All secrets of the plan are resolved, checked against their pattern and
//     min_length, and compared with what they were at plan time. No lock is held
//     while a vault is asked.
//  2. Each gateway is prepared: its data directory and keyform's own lock in it, what
//     a killed run left behind, and a look at every store. A store that is not as the
//     plan saw it makes the plan stale before anything is written.
//  3. Each gateway is written: the ledger gets the intents; each store in turn is
//     locked as the gateway's release locks it, read again, compared, put into the
//     journal, backed up, replaced, unlocked and read back.
//  4. The gateway is told, if its release needs that, and the stores are read once
//     more. A release that writes old values back is told before anything but its
//     credential stores is written, and what it did write back is written again.
//  5. The ledger gets the outcome.
//
// A run that is killed leaves every store either as it was or as it was planned (one that
// the gateway's own commands write also in between, with whole profiles and orders), and
// leaves in the data directory what the next run needs to know about it.
//
// The data directory holds ledger.json (plan.DecodeLedger), journal.jsonl
// (DecodeJournal), key (the host's key, 64 hexadecimal digits), lock and lock.json
// (who runs), and backups/RUN/, the only place with plaintext in it.
package apply
