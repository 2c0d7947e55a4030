// Package terms owns what an edition fixes and a licence may override: the
// policy, the grants (features, limitations, variables), the overrides, and how
// they are laid over one another.
//
// It is a leaf of pure data, shared by catalog (which stores it with editions)
// and licensing (which decides by it); it imports nothing of Chancery but fault
// and ident. Its JSON is what the store keeps and what the management API speaks.
package terms
