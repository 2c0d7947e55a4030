// Package terms owns what an edition fixes and a licence may override: the
// policy, the grants (features, limitations, variables), the overrides, and how
// they are laid over one another. Fields lists the fields of a policy, each with
// its label, hint, bounds and mode: forms, pages and checks are made from that
// list, and tests compare the API's structs and the edition's page with it.
//
// It is a leaf of pure data, shared by catalog (which stores it with editions)
// and licensing (which decides by it); it imports nothing of Chancery but fault
// and ident. Its JSON is what the store keeps and what the management API speaks.
package terms
