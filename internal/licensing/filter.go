package licensing

import "chancery/internal/ident"

// Sorts are what the lists of licences, activations and tokens offer: the order
// in which they were made, newest first by default.
func Sorts() []string { return []string{"-created_at"} }

// Filter narrows the list of licences. Zero fields do not.
type Filter struct {
	Search                     *Prefix // of a key of any kind, the name or the licensee's address
	Product, Edition, Customer ident.UUID
	LicenseeEmail              string
	IsActive                   *bool
	UsedUp                     bool // new clients are refused
	OnGoodwill                 bool // goodwill tokens are in use
}

// Indexed reports whether indexes serve the whole filter: one of its conditions
// leads to few enough licences, or there is only one.
func (f Filter) Indexed() bool {
	if f.Search != nil {
		return true
	}
	narrow := 0
	for _, is := range []bool{
		!f.Product.IsZero(), !f.Edition.IsZero(), !f.Customer.IsZero(), f.LicenseeEmail != "", f.IsActive != nil, f.UsedUp, f.OnGoodwill,
	} {
		if is {
			narrow++
		}
	}
	switched := f.IsActive != nil && *f.IsActive // on are nearly all: no index
	return narrow <= 1 && !switched
}

// SearchedAtOnce is how many licences or activations a search takes of each kind
// of thing that may begin as asked for; who finds that many types more of it.
const SearchedAtOnce = 300
