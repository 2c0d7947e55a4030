package client

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"chancery/signed"
)

// maxTold is how many reports may wait for their receipt; the oldest is given up then.
const maxTold = 8

// OfflineReport makes the file that tells the vendor what was consumed here, and leaves
// the licence in place. The same file is made again until its receipt is there, or more
// was consumed. It opens no connection.
func (c *Client) OfflineReport() (OfflineFile, error) { return c.report(signed.IntentReport) }

// OfflineDeactivate gives the licence up: it locks this device at once and for good, and
// makes the file with which the vendor frees its place. Make it again as long as there is
// no receipt. It opens no connection.
func (c *Client) OfflineDeactivate() (OfflineFile, error) { return c.report(signed.IntentDeactivate) }

func (c *Client) report(intent string) (f OfflineFile, err error) {
	if c.cfg.SealingKey == nil && c.cfg.HybridKey == nil {
		return f, errNoSealingKey
	}
	f.Name = "deactivation.req"
	err = c.changeOffline(func(o *offline) error {
		if o.File == "" {
			return errors.Join(ErrNotActivated, o.damage)
		}
		if o.Deactivated && intent != signed.IntentDeactivate {
			return ErrGivenUp
		}
		if n := len(o.Records.Told); n > 0 && o.Records.Told[n-1].Intent == intent && o.Records.Told[n-1].Last == o.Records.Last {
			f.Text = o.Records.Told[n-1].Text
			return nil
		}
		t, err := c.tell(o, intent)
		if err != nil {
			return err
		}
		f.Text = t.Text
		if intent == signed.IntentDeactivate {
			o.Deactivated = true
			return c.bury(o.ActivationID)
		}
		return nil
	})
	if err != nil {
		return OfflineFile{}, err
	}
	return f, nil
}

// tell makes the next report, and keeps it.
func (c *Client) tell(o *offline, intent string) (t told, err error) {
	id, err := newID(c.cfg.Rand)
	if err != nil {
		return t, err
	}
	key, err := o.signingKey()
	if err != nil {
		return t, err
	}
	rs := &o.Records
	r := signed.Report{
		VendorID: c.cfg.VendorID, ProductID: c.cfg.ProductID, ActivationID: o.ActivationID, RequestID: id, ClientID: c.id, Intent: intent,
		Serial: o.Mark.Serial, CreatedAt: max(c.cfg.Now().Unix(), 0), Number: rs.N + 1, Previous: rs.Prev, Base: rs.Base, Last: rs.Last,
		DeviceVariables: c.cfg.DeviceVariables, Hostname: short(c.cfg.Hostname),
	}
	for _, earlier := range rs.Told {
		if len(r.Points) == 0 && earlier.Last != rs.Base || len(r.Points) > 0 && earlier.Last != r.Points[len(r.Points)-1] {
			r.Points = append(r.Points, earlier.Last)
		}
	}
	for limitation, sum := range rs.Sums {
		if sum.Sign() != 0 {
			r.Consumptions = append(r.Consumptions, signed.Consumption{LimitationID: limitation, Value: decimal(sum)})
		}
	}
	slices.SortFunc(r.Consumptions, func(a, b signed.Consumption) int { return strings.Compare(a.LimitationID, b.LimitationID) })
	t = told{Intent: intent, Last: rs.Last, Sums: rs.Sums.clone()}
	if t.Report, err = r.Sign(key); err != nil {
		return t, fmt.Errorf("client: %w", err)
	}
	sealed, err := c.seal(signed.SealDeactivation, t.Report)
	if err != nil {
		return t, err
	}
	t.Text = sealed.Armour()
	rs.N, rs.Prev = r.Number, signed.ReportHash(t.Report)
	rs.Told = append(rs.Told, t)
	rs.Told = rs.Told[max(0, len(rs.Told)-maxTold):]
	return t, nil
}

// short cuts what a machine calls itself to what a report may say.
func short(name string) string {
	if len(name) > 256 {
		name = strings.ToValidUTF8(name[:256], "")
	}
	return name
}

// Receipt takes the receipt of a report or deactivation that was made here, in any form
// that people send files in: what it confirms is forgotten, and with a deactivation the
// key and the licence too. One of an earlier report than was confirmed is
// ErrAlreadyCounted, and takes nothing away. It opens no connection.
func (c *Client) Receipt(file []byte) (Status, error) {
	text, err := findDocument(file, signed.TypeReceipt)
	if err != nil {
		return c.Status(), err
	}
	err = c.changeOffline(func(o *offline) error {
		r, t, err := c.judgeReceipt(text)
		if err != nil {
			return err
		}
		if err := c.confirm(o, r, text, t); err != nil {
			return err
		}
		return c.believe(t)
	})
	return c.Status(), err
}

// confirm forgets what a verified receipt is for.
func (c *Client) confirm(o *offline, r signed.Receipt, text []byte, by trust) error {
	for _, t := range slices.Backward(o.Records.Told) {
		_, err := by.signers(signed.UseDocuments).VerifyReceipt(text, t.Report)
		switch {
		case errors.Is(err, signed.ErrMismatch):
			continue
		case err != nil:
			return by.notSigned(text, err)
		case r.Intent == signed.IntentDeactivate:
			*o = offline{Open: o.Open, Revision: o.Revision}
			return c.dir.remove(fileLicense)
		}
		o.Records.confirmed(t)
		return nil
	}
	own := o.File != "" && r.ActivationID == o.ActivationID && r.ClientPublicKey == publicOf(o.Seed)
	if own && r.Intent == signed.IntentReport && r.Last.Number <= o.Records.Base.Number {
		return ErrAlreadyCounted
	}
	return ErrNoReport
}

// consumeOffline counts here, against what the licence file left and what was counted since.
func (c *Client) consumeOffline(limitation string, value string) (out Consumption, err error) {
	millionths, ok := millionthsOf(value)
	if !ok {
		return out, errors.New("client: an amount must have at most six decimals")
	}
	err = c.changeOffline(func(o *offline) error {
		now := c.cfg.Now()
		if s := judgeOffline(*o, now); !s.Valid() {
			return fmt.Errorf("%w: %s", ErrNotValid, s.Message)
		}
		l, found := consumed(o.file.license, limitation)
		if !found {
			return fmt.Errorf("%w: %s", ErrUnknownLimitation, limitation)
		}
		if left := leftOf(l, o.Records); left != nil {
			if left.Sub(left, millionths); left.Sign() < 0 {
				return ErrExhausted
			}
			n, _ := new(big.Rat).SetFrac(left, big.NewInt(1e6)).Float64()
			out.Remaining, out.Limit = &n, l.Value
		}
		o.Records.add(l.ID, value, millionths, max(now.Unix(), 0))
		out.Waiting = int(o.Records.Last.Number - o.Records.Base.Number)
		return nil
	})
	if err != nil {
		return Consumption{}, err
	}
	return out, nil
}

// leftOf is what is left of a limitation, in millionths; nil: no limit.
func leftOf(l Limitation, r records) *big.Int {
	if l.Remaining == nil {
		return nil
	}
	left, _ := new(big.Float).Mul(big.NewFloat(*l.Remaining), big.NewFloat(1e6)).Int(nil)
	if used := r.Used[l.ID]; used != nil {
		left.Sub(left, used)
	}
	return left
}

// millionthsOf reads a decimal.
func millionthsOf(text string) (*big.Int, bool) {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	r.Mul(r, big.NewRat(1e6, 1))
	return r.Num(), r.IsInt()
}

// remainingOffline is how much is left, as Remaining tells it.
func remainingOffline(l Limitation, r records) float64 {
	left := leftOf(l, r)
	if left == nil {
		return math.Inf(1)
	}
	n, _ := new(big.Rat).SetFrac(left, big.NewInt(1e6)).Float64()
	return max(n, 0)
}
