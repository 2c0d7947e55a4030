package store

import (
	"errors"
	"slices"
	"testing"

	"chancery/internal/tx"
)

func TestWhatIsToHappenLaterHappensBeforeTheNextReading(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		err := b.Run(t.Context(), func(x tx.Tx) error {
			q := On(x)
			for n := range 3 {
				if err := q.Later(`INSERT INTO marks (n) VALUES ($1)`, n); err != nil {
					return err
				}
			}
			var n int64
			if _, err := q.QueryRow(`SELECT COUNT(*) FROM marks`, nil, &n); err != nil || n != 3 {
				t.Errorf("read %d, %v", n, err)
			}
			if err := q.Later(`DELETE FROM marks WHERE n = $1`, 1); err != nil {
				return err
			}
			changed, err := q.Exec(`UPDATE marks SET n = n + 10 WHERE n > $1`, 0)
			if err == nil && changed != 1 {
				t.Errorf("changed %d rows", changed)
			}
			return errors.Join(err, q.Later(`INSERT INTO marks (n) VALUES (5)`))
		})
		if got := b.marks(t); err != nil || !slices.Equal(got, []int64{0, 5, 12}) {
			t.Errorf("committed %v, %v", got, err)
		}
	})
}

func TestAnErrorOfWhatHappensLaterEndsTheFunction(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		b.do(t, `INSERT INTO marks (n) VALUES (1)`)
		for name, then := range map[string]func(*Tx){
			"at the end":       func(*Tx) {},
			"before a reading": func(q *Tx) { _, _ = q.QueryRow(`SELECT 1`, nil, new(int64)) },
			"before a change":  func(q *Tx) { _, _ = q.Exec(`DELETE FROM marks`) },
			"before another":   func(q *Tx) { _ = q.Later(`DELETE FROM marks`) },
		} {
			err := b.Run(t.Context(), func(x tx.Tx) error {
				_ = On(x).Later(`INSERT INTO marks (n) VALUES (2)`)
				_ = On(x).Later(`INSERT INTO marks (n) VALUES (1)`)
				then(On(x))
				return nil
			})
			if err == nil {
				t.Errorf("%s: told of a success", name)
			}
		}
		if got := b.marks(t); !slices.Equal(got, []int64{1}) {
			t.Errorf("committed %v, want 1", got)
		}
	})
}

func TestARowThatIsAskedForLaterIsThereAfterTheNextReading(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		err := b.Run(t.Context(), func(x tx.Tx) error {
			q := On(x)
			if err := q.Later(`INSERT INTO marks (n) VALUES (7)`); err != nil {
				return err
			}
			var n, all int64
			there, err := q.RowLater(`SELECT n FROM marks WHERE n = $1`, []any{7}, &n)
			missing, e := q.RowLater(`SELECT n FROM marks WHERE n = $1`, []any{8}, new(int64))
			if _, err := q.QueryRow(`SELECT COUNT(*) FROM marks`, nil, &all); err != nil {
				return err
			}
			if !there() || missing() || n != 7 || all != 1 {
				t.Errorf("there %v with %d, missing %v, of %d", there(), n, missing(), all)
			}
			return errors.Join(err, e)
		})
		if err != nil {
			t.Error(err)
		}
		err = b.Run(t.Context(), func(x tx.Tx) error {
			_, _ = On(x).RowLater(`SELECT n / 0 FROM nowhere`, nil, new(int64))
			_, _ = On(x).QueryRow(`SELECT 1`, nil, new(int64))
			return nil
		})
		if err == nil {
			t.Error("told of a success")
		}
	})
}
