package store

import (
	"bytes"

	"chancery/internal/tx"
)

// Sealer encrypts what must not be readable in the database.
type Sealer interface {
	// Seal binds plain to purpose; Open fails for another purpose.
	Seal(purpose string, plain []byte) ([]byte, error)
	Open(purpose string, sealed []byte) ([]byte, error)
}

// Answers implements tx.Answers.
type Answers struct{ Sealer Sealer }

var _ tx.Answers = Answers{}

// AnswersKept is how long an answer is remembered, in milliseconds: 24 hours.
const AnswersKept = 24 * 60 * 60 * 1000

// Claim implements tx.Answers.
func (a Answers) Claim(t tx.Tx, c tx.Claim) (*tx.Answer, error) {
	s := On(t)
	now := t.Now().UnixMilli()
	if _, err := s.Exec(`DELETE FROM answers WHERE vendor_id = $1 AND principal = $2 AND route = $3 AND request_key = $4 AND at <= $5`,
		c.Vendor, c.Principal, c.Route, c.Key, now-AnswersKept); err != nil {
		return nil, err
	}
	n, err := s.Exec(`INSERT INTO answers (vendor_id, principal, route, request_key, body_hash, at, is_sealed)
		VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT DO NOTHING`,
		c.Vendor, c.Principal, c.Route, c.Key, c.BodyHash[:], now)
	if err != nil || n == 1 {
		return nil, err
	}
	var hash, body []byte
	var kept tx.Answer
	if _, err := s.QueryRow(`SELECT body_hash, status, body, is_sealed FROM answers
		WHERE vendor_id = $1 AND principal = $2 AND route = $3 AND request_key = $4`,
		[]any{c.Vendor, c.Principal, c.Route, c.Key}, &hash, &kept.Status, &body, &kept.Secret); err != nil {
		return nil, err
	}
	if !bytes.Equal(hash, c.BodyHash[:]) {
		return nil, tx.ErrKeyReused()
	}
	kept.Body = body
	if kept.Secret {
		if kept.Body, err = a.Sealer.Open(answerPurpose(c), body); err != nil {
			return nil, err
		}
	}
	return &kept, nil
}

// Keep implements tx.Answers.
func (a Answers) Keep(t tx.Tx, c tx.Claim, answer tx.Answer) error {
	body, sealed := answer.Body, 0
	if answer.Secret {
		var err error
		if body, err = a.Sealer.Seal(answerPurpose(c), body); err != nil {
			return err
		}
		sealed = 1
	}
	at := answer.At
	if at.IsZero() {
		at = t.Now()
	}
	_, err := On(t).Exec(`UPDATE answers SET status = $1, body = $2, is_sealed = $3, at = $4
		WHERE vendor_id = $5 AND principal = $6 AND route = $7 AND request_key = $8`,
		answer.Status, body, sealed, at.UnixMilli(), c.Vendor, c.Principal, c.Route, c.Key)
	return err
}

// answerPurpose binds a sealed answer to its claim.
func answerPurpose(c tx.Claim) string {
	return c.Vendor.Bind("answer\x00" + c.Principal + "\x00" + c.Route + "\x00" + c.Key)
}

// ForgetAnswers deletes answers that are older than AnswersKept, a bounded number at a time.
func ForgetAnswers(t tx.Tx) error {
	_, err := On(t).Exec(`DELETE FROM answers WHERE at <= (SELECT COALESCE(MAX(at), 0) FROM
		(SELECT at FROM answers WHERE at <= $1 ORDER BY at LIMIT 1000) AS oldest)`, t.Now().UnixMilli()-AnswersKept)
	return err
}
