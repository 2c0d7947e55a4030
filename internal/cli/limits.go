package cli

import (
	"chancery/internal/server"
	"chancery/internal/setup"
)

// limitFlags bound how much is asked of the server. Their defaults are meant
// never to be met by a real fleet, also not by one behind a single address.
type limitFlags struct {
	MaxInFlight int `help:"Requests worked on at once." default:"512"`
	MaxWaiting  int `help:"Requests that wait for their turn, beyond which they get 503." default:"128"`
	RateKey     int `help:"Calls a second of one key, a program's for each address apart; twenty times as many at once; 0 for no limit." default:"500"`
	RateAddress int `help:"Calls a second from one address; twenty times as many at once; 0 for no limit." default:"1000"`
}

func (f limitFlags) limits() (server.Limits, error) {
	if f.MaxInFlight < 1 || f.MaxWaiting < 0 || f.RateKey < 0 || f.RateAddress < 0 {
		return server.Limits{}, setup.Wrong("--max-in-flight must be at least 1, and --max-waiting, --rate-key and --rate-address at least 0.", nil)
	}
	return server.Limits{InFlight: f.MaxInFlight, Waiting: f.MaxWaiting, RateKey: f.RateKey, RateAddress: f.RateAddress}, nil
}

// retentionFlags say how long history is kept.
type retentionFlags struct {
	KeepLedger   int `help:"Days that the rows of meters' ledgers are kept; older ones are folded into one sum for each meter; 0 for ever." default:"400"`
	KeepSessions int `help:"Days that sessions are kept after their end; 0 for ever." default:"400"`
	KeepHistory  int `help:"Days that the history of heartbeats and the counts of refused calls are kept; 0 for ever." default:"400"`
	KeepUsage    int `help:"Days that what clients report of their usage is kept; 0 for ever." default:"800"`

	KeepRetiredKeys int `help:"Days until the private part of a retired signing key is destroyed; 0 for never." default:"30"`
}

func (f retentionFlags) retention() (server.Retention, error) {
	const most = 36_500
	for _, days := range []int{f.KeepLedger, f.KeepSessions, f.KeepHistory, f.KeepUsage, f.KeepRetiredKeys} {
		if days < 0 || days > most || f.KeepLedger == 1 {
			return server.Retention{}, setup.Wrong("--keep-ledger, --keep-sessions, --keep-history, --keep-usage and --keep-retired-keys must be numbers "+
				"of days up to 36500, or 0 for ever; the ledger is kept for 2 at least.", nil)
		}
	}
	return server.Retention{Ledger: f.KeepLedger, Sessions: f.KeepSessions, History: f.KeepHistory, Usage: f.KeepUsage, RetiredKeys: f.KeepRetiredKeys}, nil
}
