package onepasswordtest

import (
	"encoding/json"
	"fmt"
	"time"
)

// States of items, as the service writes them.
const (
	itemActive   = "N"
	itemArchived = "Y"
)

// vaultKind is the type of a vault that a user made, as the service writes it.
const vaultKind = "U"

// fullAccess is a set of permission bits that lets the SDK read and write.
const fullAccess = 4194302

// vault is one vault as the service keeps it: ciphertext and clear metadata.
type vault struct {
	id      string
	key     symmetricKey
	attrs   envelope
	created string
	items   []*item
	owner   account
}

// item is one item as the service keeps and sends it.
type item struct {
	UUID         string    `json:"uuid"`
	TemplateUUID string    `json:"templateUuid"`
	Trashed      string    `json:"trashed"`
	FaveIndex    int       `json:"faveIndex"`
	ItemVersion  int       `json:"itemVersion"`
	ChangerUUID  string    `json:"changerUuid,omitempty"`
	EncryptedBy  string    `json:"encryptedBy"`
	CreatedAt    string    `json:"createdAt"`
	UpdatedAt    string    `json:"updatedAt"`
	EncOverview  envelope  `json:"encOverview"`
	EncDetails   *envelope `json:"encDetails,omitempty"`
}

func now() string { return time.Now().UTC().Format(time.RFC3339) }

// addVault adds a described vault.
func (s *service) addVault(in Vault) error {
	id := in.ID
	if id == "" {
		id = newID()
	}
	v := &vault{id: id, key: newSymmetricKey(id), created: now(), owner: s.account}
	v.attrs = v.key.seal(map[string]any{"uuid": id, "name": in.Title, "desc": in.Description, "type": vaultKind, "avatar": ""})
	for _, it := range in.Items {
		if err := v.add(it, s.files); err != nil {
			return fmt.Errorf("onepasswordtest: vault %q, item %q: %w", in.Title, it.Title, err)
		}
	}
	s.vaults = append(s.vaults, v)
	return nil
}

// metadata is one element of the answer to GET vaults.
func (v *vault) metadata() any {
	a := v.owner
	active := 0
	for _, it := range v.items {
		if it.Trashed == itemActive {
			active++
		}
	}
	return map[string]any{
		"uuid": v.id, "type": vaultKind, "createdAt": v.created, "updatedAt": v.created,
		"attrVersion": 1, "contentVersion": 1,
		"encAttrs": v.attrs, "activeItemCount": active,
		"accessorsVersion": 1, "clientAccess": fullAccess,
		"combinedAccess": map[string]any{
			"vaultUuid": v.id, "accessorType": "user", "accessorUuid": a.user,
			"accessVersion": 1, "acl": fullAccess, "leaseTimeout": 0, "vaultKeySN": 1,
			"encryptedBy": a.keysetPair.id, "encVaultKey": a.keysetPair.seal(v.key.jwk()),
		},
	}
}

func (v *vault) find(id string) *item {
	for _, it := range v.items {
		if it.UUID == id {
			return it
		}
	}
	return nil
}

// overviews is the answer to GET items/overviews.
func (v *vault) overviews() any {
	list := []item{}
	for _, it := range v.items {
		short := *it
		short.EncDetails = nil
		list = append(list, short)
	}
	return map[string]any{"contentVersion": 1, "batchComplete": true, "items": list, "deletedItemUuids": []string{}}
}

// batch is the answer to POST items/batch.
func (v *vault) batch(body []byte) (any, error) {
	var q struct{ ItemUUIDs []string }
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, badRequest(err)
	}
	list := []*item{}
	for _, id := range q.ItemUUIDs {
		if it := v.find(id); it != nil {
			list = append(list, it)
		}
	}
	return map[string]any{"contentVersion": 1, "items": list}, nil
}
