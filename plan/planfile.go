package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// The reasons why a saved plan cannot be used. All of them are final: plan again.
var (
	// ErrPlanFormat: the file is cut, or not a plan, or of another format version.
	ErrPlanFormat = errors.New("not a keyform plan of this format")
	// ErrPlanTag: the file was altered, or was made with another key.
	ErrPlanTag = errors.New("the plan was altered, or belongs to another key")
)

// planFile is the saved form: the plan as JSON, the name of the key that its
// fingerprints were made with, and an authentication tag over both by that key. It
// holds no key and no plaintext.
type planFile struct {
	FormatVersion string `json:"format_version"`
	Type          string `json:"type"`
	KeyID         string `json:"key_id"`
	// StateDirs are those of the plan's gateways, to find the key by.
	StateDirs []string        `json:"state_dirs"`
	Plan      json.RawMessage `json:"plan"`
	Tag       string          `json:"tag"`
}

const planFileType = "keyform-plan"

// EncodeFile gives the saved form of a plan. key is the plan's fingerprint key
// (32 bytes) and keyID the name under which the caller keeps it.
func EncodeFile(p *Plan, keyID string, key []byte) ([]byte, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode plan: %w", err)
	}
	f := planFile{FormatVersion: FormatVersion, Type: planFileType, KeyID: keyID, Plan: raw}
	for _, g := range p.Gateways {
		f.StateDirs = append(f.StateDirs, g.StateDir)
	}
	f.Tag = hex.EncodeToString(f.mac(key))
	out, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encode plan file: %w", err)
	}
	return append(out, '\n'), nil
}

// DecodeFile reads a saved plan. key gets the name of the plan's key and the state
// directories of its gateways, and gives the key; its error is returned as it is. Both
// are what the file says before its tag has been checked: key must look in places only that
// nobody else can write.
func DecodeFile(b []byte, key func(keyID string, stateDirs []string) ([]byte, error)) (*Plan, error) {
	var f planFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, ErrPlanFormat
	}
	if f.Type != planFileType || f.FormatVersion != FormatVersion {
		return nil, ErrPlanFormat
	}
	k, err := key(f.KeyID, f.StateDirs)
	if err != nil {
		return nil, err
	}
	tag, err := hex.DecodeString(f.Tag)
	if err != nil || !hmac.Equal(tag, f.mac(k)) {
		return nil, ErrPlanTag
	}
	var p Plan
	if err := json.Unmarshal(f.Plan, &p); err != nil {
		return nil, ErrPlanFormat
	}
	return &p, nil
}

func (f *planFile) mac(key []byte) []byte {
	m := hmac.New(sha256.New, key)
	parts := append([]string{f.Type, f.FormatVersion, f.KeyID, string(f.Plan)}, f.StateDirs...)
	for _, part := range parts {
		fmt.Fprintf(m, "%d:%s", len(part), part)
	}
	return m.Sum(nil)
}
