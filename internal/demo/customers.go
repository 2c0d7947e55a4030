package demo

import (
	"fmt"
	"strings"
	"time"

	"chancery/internal/customers"
	"chancery/internal/tx"
)

type branch struct {
	superior string
	names    []string
}

// tree gives the invented customers: each reseller with its sub-customers, one
// of whom sells on; "" for those who buy from the vendor itself. Everyone is
// shown with "(demo)" behind the name, and has an address at example.com.
func tree() []branch {
	return []branch{
		{"", []string{"Alder Trading", "Birch Systems", "Cedar Supplies", "Dogwood Media", "Elm Lettershop", "Fir Publishing", "Gorse Maps"}},
		{"Alder Trading", []string{"Hazel Print", "Holly Bindery", "Ivy Packaging", "Juniper Labels", "Larch Posters", "Laurel Cards", "Lime Stationers"}},
		{"Birch Systems", []string{"Maple Repro", "Medlar Studio", "Mulberry Press", "Myrtle Signs", "Oak Gazette", "Olive Weekly", "Osier Books"}},
		{"Cedar Supplies", []string{"Pear Textiles", "Pine Ceramics", "Plane Engraving", "Plum Galleries", "Poplar Tickets", "Privet Films"}},
		{"Ivy Packaging", []string{"Quince Cartons", "Rowan Wrapping", "Sallow Crates"}},
		{"", []string{"Service Tree School", "Sloe Museum", "Spindle University", "Spruce Council", "Sycamore Archive", "Tamarisk Library"}},
		{"", []string{"Walnut Design", "Wayfaring Travel", "Willow Interiors", "Yew Architects"}},
	}
}

// planCustomers lets the customers come over the first half of the history,
// each after its superior, and tells when.
func (h *historian) planCustomers() {
	at := map[string]time.Time{}
	count := 0
	for _, branch := range append(tree(), h.forest()...) {
		from := h.start
		if branch.superior != "" {
			from = at[branch.superior]
		}
		for _, name := range branch.names {
			count++
			number, superior := fmt.Sprintf("D-%04d", 1000+count), branch.superior
			when := h.during(from, days(60))
			at[name] = when
			h.buyers = append(h.buyers, buyer{name, when})
			h.at(when, staff(), func(t tx.Tx) error {
				request := customers.Create{
					CompanyName: name + " (demo)", Number: number,
					Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.com",
				}
				if superior != "" {
					id := h.customers[superior]
					request.Superior = &id
				}
				made, err := h.c.Customers.Create(t, h.c.Vendor, request)
				h.customers[name] = made.UUID
				return err
			})
		}
	}
}

// forest gives some hundred more: resellers in the regions, who sell to workshops,
// and a few of those on.
func (h *historian) forest() []branch {
	colours := []string{
		"Amber", "Azure", "Coral", "Crimson", "Ivory", "Indigo", "Jade", "Lilac",
		"Ochre", "Pearl", "Russet", "Sable", "Scarlet", "Silver", "Teal", "Umber",
	}
	trades := []string{
		"Bindery", "Cartography", "Gallery", "Graphics", "Journals", "Letterpress",
		"Posters", "Prints", "Repro", "Signs", "Studio", "Typesetting",
	}
	regions := []string{
		"North", "East", "South", "West", "Coast", "Valley", "Lake", "Harbour", "Forest", "Hill",
		"River", "Island", "Meadow", "Canal", "Bridge", "Mill",
	}
	all := make([]branch, 1, 1+2*len(regions)) // the first is the resellers themselves
	for i, region := range regions {
		reseller := region + " Supplies"
		all[0].names = append(all[0].names, reseller)
		sold := branch{superior: reseller}
		for k := range 12 + h.rand.IntN(16) {
			sold.names = append(sold.names, colours[(i+k)%len(colours)]+" "+trades[(i*5+k)%len(trades)]+" "+region)
		}
		further := branch{superior: sold.names[0]}
		for k := range 3 + h.rand.IntN(4) {
			further.names = append(further.names, region+" "+trades[k%len(trades)]+" Group")
		}
		all = append(all, sold, further)
	}
	return all
}
