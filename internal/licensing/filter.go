package licensing

import "chancery/internal/ident"

// Sorts are what the lists of licences, activations and tokens offer: the order
// in which they were made, newest first by default.
func Sorts() []string { return []string{"-created_at"} }

// Filter narrows the list of licences. Zero fields do not.
type Filter struct {
	Product, Edition, Customer ident.UUID
	LicenseeEmail              string
	IsActive                   *bool
	UsedUp                     bool // new clients are refused
	OnGoodwill                 bool // goodwill tokens are in use
}

// Indexed reports whether indexes serve the whole filter.
func (f Filter) Indexed() bool {
	return f.Product.IsZero() && f.IsActive == nil && !f.UsedUp && !f.OnGoodwill
}
