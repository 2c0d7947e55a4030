package clientcmd

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"chancery/client"
)

// ConsumeCmd is `client consume`.
type ConsumeCmd struct {
	Connection

	Limit  string  `arg:"" help:"The limit's name, as status lists it."`
	Amount float64 `arg:"" optional:"" default:"1" help:"How much, with at most six decimals."`
}

// consumption is what --json prints.
type consumption struct {
	Counted       bool       `json:"counted"`
	TransactionID string     `json:"transaction_id"`
	Remaining     *float64   `json:"remaining"`
	Limit         *float64   `json:"limit"`
	NextReset     *time.Time `json:"next_reset"`
	Waiting       int        `json:"waiting"`
	Refused       int        `json:"refused"`
}

// Run counts an amount, or keeps it for the next contact.
func (c *ConsumeCmd) Run(io *IO) error {
	return c.with(func(licence *client.Client) error {
		done, err := licence.Consume(io.Context, c.Limit, c.Amount)
		if err != nil {
			return explain(err)
		}
		return c.say(io, done)
	})
}

func (c *ConsumeCmd) say(io *IO, done client.Consumption) error {
	if c.JSON {
		encoder := json.NewEncoder(io.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(consumption{
			done.Counted, done.TransactionID, done.Remaining, done.Limit, done.NextReset, done.Waiting, done.Refused,
		})
	}
	amount := strconv.FormatFloat(c.Amount, 'f', -1, 64)
	switch {
	case !done.Counted:
		fmt.Fprintf(io.Stdout, "No answer: %s of %s waits on this device and is counted at the next contact (%d waiting).\n", amount, c.Limit, done.Waiting)
	case done.Remaining == nil:
		fmt.Fprintf(io.Stdout, "Counted %s of %s; there is no limit.\n", amount, c.Limit)
	default:
		fmt.Fprintf(io.Stdout, "Counted %s of %s; %s left.\n", amount, c.Limit, strconv.FormatFloat(*done.Remaining, 'f', -1, 64))
	}
	return nil
}
