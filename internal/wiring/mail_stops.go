package wiring

import (
	"context"

	"chancery/internal/ident"
	"chancery/internal/mailing"
	"chancery/internal/tx"
)

// mailStops ends mails for who follows the link at their end.
type mailStops struct{ rooms *Rooms }

// Read implements entrance.Stops.
func (s mailStops) Read(v ident.VendorID, token string) (mailing.Stop, error) {
	return s.rooms.Mails.ReadStop(v, token)
}

// Stopped implements entrance.Stops.
func (s mailStops) Stopped(ctx context.Context, v ident.VendorID, stop mailing.Stop) (bool, error) {
	return s.rooms.MailRows.IsStopped(ctx, v, stop)
}

// Stop implements entrance.Stops. A licensee who has no account gets one, as by asking for
// a password, so that there is whom the choice is of.
func (s mailStops) Stop(ctx context.Context, v ident.VendorID, stop mailing.Stop) error {
	return s.rooms.DB.Run(ctx, func(t tx.Tx) error {
		concerned, err := s.rooms.MailRows.IsConcerned(t, v, stop.Address)
		if err != nil || !concerned {
			return err
		}
		u, err := s.rooms.Users.Ensure(t, v, stop.Address, "")
		if err != nil {
			return err
		}
		return s.rooms.Mails.Choose(t, v, u.ID, u.UUID, []mailing.Choice{{Kind: stop.Kind}})
	})
}
