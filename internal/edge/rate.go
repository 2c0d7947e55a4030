package edge

import "chancery/internal/identity"

// spend counts a call that was let in. A public key, such as a provisioning key, is in
// every copy of a program, so its calls are counted for each address apart: whoever has
// the key can use up nobody's budget but that of his own network. A key that is a
// secret is counted by itself.
func (e *Edge) spend(c *call, p identity.Principal) error {
	if e.AddressCalls != nil {
		if err := e.AddressCalls.Spend(e.AddressCalls.From(c.address)); err != nil {
			return err
		}
	}
	if e.KeyCalls == nil || p.ID.IsZero() {
		return nil
	}
	who := e.KeyCalls.Subject(p.ID.String())
	if p.KeyKind.Public() {
		who = e.KeyCalls.From(c.address, p.ID.String())
	}
	return e.KeyCalls.Spend(who)
}
