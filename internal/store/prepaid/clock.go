package prepaid

import (
	"context"
	"time"

	"chancery/internal/store"
	"chancery/internal/tx"
)

// ClockConfirmed gives the time that an operator confirmed last, by the real clock; zero for never.
func (s Store) ClockConfirmed(ctx context.Context) (time.Time, error) {
	var at store.OptionalInt
	_, err := s.DB.QueryRow(ctx, `SELECT MAX(confirmed_at) FROM clock_confirmations`, nil, &at)
	return at.Instant(), err
}

// ConfirmClock notes that a time is right. The one before is forgotten: the clock may go back.
func (Store) ConfirmClock(t tx.Tx, at time.Time) error {
	q := store.On(t)
	if err := q.Later(`DELETE FROM clock_confirmations`); err != nil {
		return err
	}
	return q.Later(`INSERT INTO clock_confirmations (confirmed_at) VALUES ($1)`, at.UnixMilli())
}
