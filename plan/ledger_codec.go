package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// ledgerVersion is the version of the ledger file's form. A file of another major
// version is refused.
const ledgerVersion = "1.0"

type ledgerFile struct {
	FormatVersion string   `json:"format_version"`
	Records       []Record `json:"records"`
}

// EncodeLedger gives the ledger file: JSON with one record on a line, sorted, with a
// newline at the end. The same ledger gives the same bytes.
func EncodeLedger(l Ledger) ([]byte, error) {
	records := slices.Clone(l.Records)
	slices.SortFunc(records, compareRecords)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"format_version\":%q,\"records\":[", ledgerVersion)
	for i, r := range records {
		line, err := json.Marshal(r)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

// DecodeLedger reads what EncodeLedger wrote; nil or empty input is an empty ledger.
// The error says what is wrong with the file and shows nothing of it.
func DecodeLedger(b []byte) (Ledger, error) {
	if len(bytes.TrimSpace(b)) == 0 {
		return Ledger{}, nil
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	var f ledgerFile
	if err := dec.Decode(&f); err != nil {
		return Ledger{}, errors.New("it is not a keyform ledger, or was cut or altered: restore it from a copy, or remove it, after which everything counts as unmanaged")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Ledger{}, errors.New("there is text after the end of the ledger: restore it from a copy, or remove it, after which everything counts as unmanaged")
	}
	if f.FormatVersion == "" || major(f.FormatVersion) != major(ledgerVersion) {
		return Ledger{}, errors.New("the ledger has a format that this version of keyform does not know: use the keyform that wrote it, or a newer one")
	}
	for _, r := range f.Records {
		if r.Owner == "" || r.Address == "" || r.Store == "" || (r.Origin == "" && r.Pending == nil) {
			return Ledger{}, errors.New("a record of the ledger lacks its owner, address, store or origin: restore the file from a copy, or remove it, after which everything counts as unmanaged")
		}
	}
	slices.SortFunc(f.Records, compareRecords)
	return Ledger{Records: f.Records}, nil
}

func major(version string) string {
	for i, c := range version {
		if c == '.' {
			return version[:i]
		}
	}
	return version
}
