package catalog

import (
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// Named is what has a name of its own: a product, an edition, or a Kind of definition.
type Named string

// What has a name beside definitions.
const (
	NamedProduct Named = "product"
	NamedEdition Named = "edition"
)

// names are the names of a kind that are taken, of a vendor's products or within one.
// They are read when the first is claimed.
type names struct {
	store   Store
	vendor  ident.VendorID
	product ident.ProductID // 0 for products
	kind    Named
	taken   map[string]ident.UUID // by the folded name
}

// claim refuses a name that differs from another of its kind by case, accents or blanks
// alone: people could not tell the two apart. own is the one that is to have it, and
// was its name so far, "" for none: names that were alike already stay.
func (n *names) claim(t tx.Tx, own ident.UUID, name, was string) error {
	folded := listing.Fold(name)
	if was != "" && listing.Fold(was) == folded {
		return nil
	}
	if n.taken == nil {
		all, err := n.store.Names(t, n.vendor, n.product, n.kind)
		if err != nil {
			return err
		}
		n.taken = make(map[string]ident.UUID, len(all))
		for id, name := range all {
			if id != own {
				n.taken[listing.Fold(name)] = id
			}
		}
	}
	if id, taken := n.taken[folded]; taken && id != own {
		return nameTaken(string(n.kind))
	}
	n.taken[folded] = own
	return nil
}
