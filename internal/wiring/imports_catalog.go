package wiring

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/imports"
	"chancery/internal/licensing"
)

// offers finds the editions that lines name, each of them once.
type offers struct {
	r     *Rooms
	v     ident.VendorID
	named map[[2]string][]ident.UUID // by product, or "" for any, and edition
	read  map[ident.UUID]*offer
}

// offer is an edition with its product.
type offer struct {
	edition *licensing.Edition
	product *licensing.Product
}

func (r *Rooms) offersOf(ctx context.Context, v ident.VendorID) (*offers, error) {
	all, err := r.CatalogRows.EditionNames(ctx, v)
	o := &offers{r: r, v: v, named: map[[2]string][]ident.UUID{}, read: map[ident.UUID]*offer{}}
	for _, n := range all {
		for _, product := range []string{"", n.Product} {
			key := [2]string{product, n.Edition}
			o.named[key] = append(o.named[key], n.UUID)
		}
	}
	return o, err
}

// of gives the edition that a line names, or the reason why there is none.
func (o *offers) of(ctx context.Context, l imports.LicenseLine) (_ *offer, refused, err error) {
	id, refused := imports.OneEdition(o.named[[2]string{l.Product, l.Edition}], l.Product)
	if refused != nil {
		return nil, refused, nil
	}
	if o.read[id] == nil {
		var read offer
		if read.edition, read.product, err = o.r.LicenseRows.EditionNow(ctx, o.v, id); err != nil {
			return nil, nil, err
		}
		o.read[id] = &read
	}
	return o.read[id], nil, nil
}
