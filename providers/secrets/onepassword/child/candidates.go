package child

import (
	"context"
	"strings"

	onepassword "github.com/1password/onepassword-sdk-go"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
)

// candidates finds the ids among which an ambiguous vault or item name leaves the
// choice, by reference; the SDK tells only that there are several. It costs one
// request, and one more for each vault with an ambiguous item. What cannot be listed
// is left out: the failure stands without it.
func candidates(ctx context.Context, client *onepassword.Client, problems map[string]protocol.Reason) map[string][]string {
	out := map[string][]string{}
	lists := lister{client: client, items: map[string][]onepassword.ItemOverview{}}
	for ref, why := range problems {
		parts := strings.Split(strings.TrimPrefix(ref, "op://"), "/")
		switch why {
		case protocol.TooManyVaults:
			out[ref] = lists.vaultIDs(ctx, parts[0])
		case protocol.TooManyItems:
			for _, v := range lists.vaultIDs(ctx, parts[0]) {
				out[ref] = append(out[ref], lists.itemIDs(ctx, v, parts[1])...)
			}
		}
	}
	return out
}

// lister lists vaults and items by name, each list once. What cannot be listed is
// empty.
type lister struct {
	client *onepassword.Client
	vaults []onepassword.VaultOverview
	items  map[string][]onepassword.ItemOverview
}

// vaultIDs are the ids of the vaults that name, a title or an id, may mean.
func (l *lister) vaultIDs(ctx context.Context, name string) (ids []string) {
	if l.vaults == nil {
		l.vaults, _ = l.client.Vaults().List(ctx)
	}
	for _, v := range l.vaults {
		if v.ID == name || strings.EqualFold(v.Title, name) {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// itemIDs are the ids of the vault's items of this title.
func (l *lister) itemIDs(ctx context.Context, vaultID, title string) (ids []string) {
	if _, ok := l.items[vaultID]; !ok {
		l.items[vaultID], _ = l.client.Items().List(ctx, vaultID)
	}
	for _, it := range l.items[vaultID] {
		if strings.EqualFold(it.Title, title) {
			ids = append(ids, it.ID)
		}
	}
	return ids
}
