package pairs

import (
	"context"

	"chancery/internal/access"
	"chancery/internal/identity"
	"chancery/internal/owners"
)

// Owner is an owner of licences who is signed in to the portal.
type Owner struct {
	Principal identity.Principal
	Reach     owners.Reach
	User      identity.User
	Session   access.Session
}

// OwnerSignedIn tells as whom the holder of a session's token acts on the portal.
type OwnerSignedIn struct {
	Sessions *access.Sessions
	Reaches  owners.Reader
}

// Authenticate returns whom a token belongs to, with what is in their reach at this
// moment. The faults are those of access.Sessions.
func (s OwnerSignedIn) Authenticate(ctx context.Context, token string) (Owner, error) {
	in, err := signedIn(ctx, s.Sessions, access.Portal, token)
	if err != nil {
		return Owner{}, err
	}
	reach, err := s.Reaches.ReachOf(ctx, in.vendor, in.user.ID, in.user.Email)
	return Owner{
		Principal: in.user.OwnerPrincipal(in.vendor, in.vendorUUID, reach.ManagesPeople()), Reach: reach, User: in.user, Session: in.session,
	}, err
}
