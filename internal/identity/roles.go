package identity

import (
	"errors"
	"slices"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/ident"
	"chancery/internal/listing"
	"chancery/internal/tx"
)

// RoleStore keeps the vendor's own roles.
type RoleStore interface {
	// Insert stores r. inserted is false, and nothing changed, when the vendor
	// has a role whose name folds to the same (listing.Fold).
	Insert(t tx.Tx, vendor ident.VendorID, r Role) (id ident.RoleID, inserted bool, err error)

	// Get locks the role until the transaction ends.
	Get(t tx.Tx, vendor ident.VendorID, uuid ident.UUID) (r Role, found bool, err error)

	// Update stores name, description and permissions. updated is false, and
	// nothing changed, when another role has the
	// name as it folds; one that had such a twin before keeps its name.
	Update(t tx.Tx, vendor ident.VendorID, r Role) (updated bool, err error)

	// Delete removes a role that no user has.
	Delete(t tx.Tx, vendor ident.VendorID, id ident.RoleID) error

	// Holders counts the users who have the role.
	Holders(t tx.Tx, vendor ident.VendorID, id ident.RoleID) (int, error)

	// LockTeam makes other changes of the vendor's users and roles wait until
	// the transaction ends.
	LockTeam(t tx.Tx, vendor ident.VendorID) error
}

// Roles makes and changes the vendor's own roles. Nobody can put into a role,
// or take out of one, what they do not hold themselves.
type Roles struct {
	store RoleStore
	ids   ident.Source
}

// NewRoles makes the service.
func NewRoles(s RoleStore, ids ident.Source) (*Roles, error) {
	if s == nil || ids.Rand == nil {
		return nil, errors.New("identity: Roles needs a store and ids")
	}
	return &Roles{store: s, ids: ids}, nil
}

// NewRole is a request for a role.
type NewRole struct {
	Name        string
	Description string
	Permissions []Permission
}

// Create makes a role.
func (s *Roles) Create(t tx.Tx, by Principal, n NewRole) (Role, error) {
	r := Role{
		UUID: s.ids.V7(), Name: n.Name, Description: n.Description, Permissions: inOrder(n.Permissions),
		CreatedAt: t.Now(), UpdatedAt: t.Now(),
	}
	r.Key = r.UUID.String()
	if err := readRole(&r, "", n.Permissions); err != nil {
		return Role{}, err
	}
	if !by.MayAll(r.Permissions) {
		return Role{}, errBeyond("permissions")
	}
	if err := s.store.LockTeam(t, by.Vendor); err != nil {
		return Role{}, err
	}
	id, inserted, err := s.store.Insert(t, by.Vendor, r)
	if err != nil {
		return Role{}, err
	}
	if !inserted {
		return Role{}, errRoleExists()
	}
	r.ID = id
	journalRole(t, by.Vendor, "role.created", nil, &r)
	return r, nil
}

// ChangeRole is what to change of a role; nil leaves a field as it is.
type ChangeRole struct {
	Name        *string
	Description *string
	Permissions *[]Permission
}

// Update changes a role, at once for all who have it.
func (s *Roles) Update(t tx.Tx, by Principal, uuid ident.UUID, c ChangeRole) (Role, error) {
	before, err := s.get(t, by, uuid)
	if err != nil {
		return Role{}, err
	}
	after := before
	if c.Name != nil {
		after.Name = *c.Name
	}
	if c.Description != nil {
		after.Description = *c.Description
	}
	asked := before.Permissions
	if c.Permissions != nil {
		asked = *c.Permissions
		after.Permissions = inOrder(asked)
	}
	if err := readRole(&after, before.Name, asked); err != nil {
		return Role{}, err
	}
	if !by.MayAll(before.Permissions) || !by.MayAll(after.Permissions) {
		return Role{}, errBeyond("permissions")
	}
	if after.Name == before.Name && after.Description == before.Description && slices.Equal(after.Permissions, before.Permissions) {
		return before, nil
	}
	after.UpdatedAt = t.Now()
	updated, err := s.store.Update(t, by.Vendor, after)
	if err != nil {
		return Role{}, err
	}
	if !updated {
		return Role{}, errRoleExists()
	}
	journalRole(t, by.Vendor, "role.updated", &before, &after)
	return after, nil
}

// Delete removes a role that nobody has.
func (s *Roles) Delete(t tx.Tx, by Principal, uuid ident.UUID) error {
	r, err := s.get(t, by, uuid)
	if err != nil {
		return err
	}
	if !by.MayAll(r.Permissions) {
		return errBeyond("permissions")
	}
	n, err := s.store.Holders(t, by.Vendor, r.ID)
	if err != nil {
		return err
	}
	if n > 0 {
		return fault.Refused("role_in_use", "Users of the team have this role.", "Give them another role first.")
	}
	if err := s.store.Delete(t, by.Vendor, r.ID); err != nil {
		return err
	}
	journalRole(t, by.Vendor, "role.deleted", &r, nil)
	return nil
}

// get locks the team, then the role: users are given roles under the same lock.
func (s *Roles) get(t tx.Tx, by Principal, uuid ident.UUID) (Role, error) {
	if err := s.store.LockTeam(t, by.Vendor); err != nil {
		return Role{}, err
	}
	r, found, err := s.store.Get(t, by.Vendor, uuid)
	if err == nil && !found {
		err = fault.Missing("role")
	}
	return r, err
}

// readRole makes a role what is stored; was is its name so far, "" for none.
func readRole(r *Role, was string, asked []Permission) error {
	var wrong fault.Fields
	r.Name = entry.Name(&wrong, "name", r.Name, was, 1, 60)
	r.Description = entry.Text(&wrong, "description", r.Description, 0, 200)
	for _, built := range BuiltInRoles() {
		wrong.Check(listing.Fold(r.Name) != listing.Fold(built.Name), "name", "must not be that of a built-in role")
	}
	wrong.Check(len(r.Permissions) == len(slices.Compact(slices.Sorted(slices.Values(asked)))), "permissions", "holds one that a role can't have")
	wrong.Check(len(asked) > 0, "permissions", "must name at least one permission, here or below")
	return wrong.Err()
}

// inOrder gives the known ones of these, each once, in the order of the screens.
func inOrder(asked []Permission) []Permission {
	return slices.DeleteFunc(staffPermissions(), func(p Permission) bool { return !slices.Contains(asked, p) })
}

func errRoleExists() *fault.Error {
	return fault.Refused("role_exists", "The team has a role of this name.", "Choose another name.")
}

// errBeyond answers who reaches for more than they hold.
func errBeyond(field string) *fault.Error {
	return &fault.Error{
		Kind: fault.Forbidden, Code: "permission_beyond", Message: "This takes permissions that you do not have yourself.",
		Help:   "Ask somebody who has them.",
		Fields: []fault.Field{{Name: field, Message: "is beyond your own permissions"}},
	}
}

type roleRecord struct {
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Permissions []Permission `json:"permissions"`
}

func journalRole(t tx.Tx, vendor ident.VendorID, action string, before, after *Role) {
	e := tx.Entry{Vendor: vendor, Action: action, Subject: "role"}
	if before != nil {
		e.ID, e.Before = before.UUID, roleRecord{before.Name, before.Description, before.Permissions}
	}
	if after != nil {
		e.ID, e.After = after.UUID, roleRecord{after.Name, after.Description, after.Permissions}
	}
	t.Journal(e)
}
