package sqlstore

import "database/sql/driver"

// gather takes what judge needs over a connection, all of one state of the database:
// inside a transaction if one is open, else in one of its own.
func (c *conn) gather(k Kind) (found, error) {
	f := found{tables: map[string]string{}, rows: map[string]value{}}
	var err error
	if f.version, err = c.integer("PRAGMA user_version"); err != nil {
		return f, err
	}
	if k == quarantine {
		return f, c.gatherQuarantine(&f)
	}
	err = c.rows("SELECT name, type FROM sqlite_schema WHERE name IN"+
		" ('schema_meta', 'auth_profile_store', 'auth_profile_state', 'config_machine_state', 'state_leases', 'migration_sources')",
		func(row []driver.Value) error {
			name, _ := row[0].(string)
			f.tables[name], _ = row[1].(string)
			return nil
		})
	if err != nil {
		return f, err
	}
	if f.tables["schema_meta"] == "table" {
		if err := c.gatherMeta(&f); err != nil {
			return f, err
		}
	}
	if k == State {
		return f, c.gatherState(&f)
	}
	store, state := k.tables()
	for _, t := range []table{store, state} {
		if f.tables[t.name] != "table" {
			continue
		}
		err := c.shaped(t.name, "SELECT "+t.value+" FROM "+t.name+" WHERE "+t.key+" = 'primary'", func(row []driver.Value) error {
			f.rows[t.name] = toValue(row[0])
			return nil
		})
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

func (c *conn) gatherMeta(f *found) error {
	return c.shaped("schema_meta", "SELECT role, agent_id FROM schema_meta WHERE meta_key = 'primary'", func(row []driver.Value) error {
		f.hasMeta = true
		f.role, _ = row[0].(string)
		f.agent, _ = row[1].(string)
		return nil
	})
}

func (c *conn) gatherState(f *found) error {
	if f.tables["config_machine_state"] == "table" {
		err := c.shaped("config_machine_state", "SELECT state_key, value_json FROM config_machine_state WHERE state_key IN"+
			" ('authProfiles.store', 'authProfiles.state', '"+rowLocation+"', '"+rowSupervision+"', '"+rowContent+"')",
			func(row []driver.Value) error {
				key, _ := row[0].(string)
				f.rows[key] = toValue(row[1])
				return nil
			})
		if err != nil {
			return err
		}
	}
	if err := c.gatherMigrations(f); err != nil {
		return err
	}
	if f.tables["state_leases"] != "table" {
		return nil
	}
	return c.shaped("state_leases", "SELECT expires_at FROM state_leases WHERE scope = '"+leaseScope+"' AND lease_key = '"+leaseKey+"'",
		func(row []driver.Value) error {
			f.lease, _ = row[0].(int64)
			return nil
		})
}

// shaped is rows for a table whose columns OpenClaw's schema gives: that SQLite does
// not know one of them says that the table has another shape.
func (c *conn) shaped(table, query string, f func(row []driver.Value) error) error {
	err := c.rows(query, f)
	if e, ok := err.(*sqlError); ok && e.code&0xff == codeSQL {
		return &ShapeError{Path: c.path, What: "the table " + table}
	}
	return err
}

func toValue(v driver.Value) value {
	switch v := v.(type) {
	case string:
		return value{text: []byte(v)}
	default:
		return value{bad: true}
	}
}
