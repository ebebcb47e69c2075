package onepasswordtest

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
)

// template is the service's number for a category of items that the SDK knows by
// name; only those in which a credential is kept are here.
func template(category string) (string, error) {
	switch category {
	case "Login":
		return "001", nil
	case "SecureNote":
		return "003", nil
	case "Password":
		return "005", nil
	case "", "ApiCredentials":
		return "112", nil
	}
	return "", errors.New("unknown category " + strconv.Quote(category))
}

// fieldKind is the service's name for a type of fields that the SDK knows by
// another, and the prefix that a field's identifier has to carry.
func fieldKind(sdkType string) (kind, prefix string, err error) {
	switch sdkType {
	case "", "Concealed":
		return "concealed", "", nil
	case "Text":
		return "string", "", nil
	case "Totp":
		return "concealed", "TOTP_", nil
	}
	return "", "", errors.New("unknown field type " + strconv.Quote(sdkType))
}

// overview and details are the two plain texts of an item.
type overview struct {
	Title      string   `json:"title"`
	Additional string   `json:"ainfo"`
	Tags       []string `json:"tags,omitempty"`
}

type details struct {
	Notes    string         `json:"notesPlain,omitempty"`
	Password string         `json:"password,omitempty"` // in the Password category
	Fields   []loginField   `json:"fields,omitempty"`   // in the Login category
	Sections []sectionPlain `json:"sections,omitempty"`
}

type loginField struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Type        string `json:"type"`
	Designation string `json:"designation"`
	Value       string `json:"value"`
}

type sectionPlain struct {
	Name   string       `json:"name"`
	Title  string       `json:"title"`
	Fields []fieldPlain `json:"fields"`
}

type fieldPlain struct {
	Kind  string          `json:"k"`
	ID    string          `json:"n"`
	Title string          `json:"t"`
	Value json.RawMessage `json:"v,omitempty"`
}

// add seals a described item into the vault; files take what it attaches.
func (v *vault) add(in Item, files map[string][]byte) error {
	number, err := template(in.Category)
	if err != nil {
		return err
	}
	if in.ID == "" {
		in.ID = newID()
	}
	det := details{Notes: in.Notes}
	for _, f := range in.Fields {
		if err := det.add(in.Category, f); err != nil {
			return err
		}
	}
	for _, f := range in.Files {
		det.attach(f, files)
	}
	state := itemActive
	if in.Archived {
		state = itemArchived
	}
	sealed := v.key.seal(det)
	v.items = append(v.items, &item{
		UUID: in.ID, TemplateUUID: number, Trashed: state, ItemVersion: 1,
		ChangerUUID: v.owner.user, EncryptedBy: v.id, CreatedAt: now(), UpdatedAt: now(),
		EncOverview: v.key.seal(overview{Title: in.Title, Tags: in.Tags}), EncDetails: &sealed,
	})
	return nil
}

// add puts a field where its category has it.
func (d *details) add(category string, f Field) error {
	kind, prefix, err := fieldKind(f.Type)
	if err != nil {
		return err
	}
	if f.Title == "" {
		f.Title = f.ID
	}
	if f.ID == "" {
		f.ID = newID()
	}
	switch {
	case category == "Login" && f.Section == "" && f.ID == "username":
		d.Fields = append(d.Fields, loginField{f.ID, f.Title, "T", "username", f.Value})
	case category == "Login" && f.Section == "" && f.ID == "password":
		d.Fields = append(d.Fields, loginField{f.ID, f.Title, "P", "password", f.Value})
	case category == "Password" && f.Section == "" && f.ID == "password":
		d.Password = f.Value
	default:
		d.put(f.Section, fieldPlain{kind, prefix + f.ID, f.Title, mustJSON(f.Value)})
	}
	return nil
}

// put adds a field to a section, which it makes if need be.
func (d *details) put(section string, f fieldPlain) {
	i := slices.IndexFunc(d.Sections, func(s sectionPlain) bool { return s.Name == section })
	if i < 0 {
		i = len(d.Sections)
		d.Sections = append(d.Sections, sectionPlain{Name: section, Title: section})
	}
	d.Sections[i].Fields = append(d.Sections[i].Fields, f)
}

// attach stores a file, sealed by a key of its own, and refers to it.
func (d *details) attach(f File, files map[string][]byte) {
	id, key, nonce := newID(), newSymmetricKey(newID()), randomBytes(12)
	sealed := key.gcm().Seal(nil, nonce, f.Content, nil)
	files[id] = sealed
	d.put(f.Section, fieldPlain{"file", newID(), f.Name, mustJSON(map[string]any{
		"fileName": f.Name, "documentId": id, "nonce": encode(nonce),
		"unencryptedSize": len(f.Content), "encryptedSize": len(sealed), "integrityHash": encode(hash(sealed)),
		"signingKey": newSymmetricKey(id).jwk(), "encryptionKey": key.jwk(),
	})})
}
