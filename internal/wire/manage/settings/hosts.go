package settings

import (
	"context"
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wire/manage/operation"
	"chancery/internal/wire/manage/value"
)

// Hosts changes the host names of the vendor's own. What is missing is a NotFound fault.
type Hosts interface {
	Add(t tx.Tx, vendor ident.VendorID, c vendors.AddHost) (vendors.Host, error)
	Remove(t tx.Tx, vendor ident.VendorID, host ident.UUID) (vendors.Host, error)

	// Check asks DNS; it runs its own transaction.
	Check(ctx context.Context, vendor ident.VendorID, host ident.UUID) (vendors.Host, error)
}

// HostRows reads them, oldest first.
type HostRows interface {
	Hosts(ctx context.Context, vendor ident.VendorID) ([]vendors.Host, error)
}

type hostOut struct {
	ID          ident.UUID       `json:"id" format:"uuid"`
	Host        string           `json:"host"`
	Opens       vendors.Opens    `json:"opens" enum:"dashboard,files" doc:"its first page; both are on every name"`
	State       vendors.Standing `json:"state" enum:"waiting,serving,failing,stopped" doc:"failing: it serves, and its record was not found; stopped: that for seven days"`
	Proof       vendors.Proof    `json:"proof" enum:",dns,operator" doc:"operator: who runs the server has approved it; empty for none yet"`
	RecordName  string           `json:"record_name" doc:"of the TXT record that proves it"`
	RecordValue string           `json:"record_value"`
	Seen        vendors.Sight    `json:"seen" enum:",found,absent,unknown,taken" doc:"by the newest look: unknown: DNS gave no answer; taken: it was there, and the name serves another vendor"`
	CheckedAt   *time.Time       `json:"checked_at"`
	StopsAt     *time.Time       `json:"stops_at" doc:"of one that is failing: when it stops unless the record is back"`
	CreatedAt   time.Time        `json:"created_at"`
}

type hostAdd struct {
	Host  string        `json:"host" minLength:"1" maxLength:"300" doc:"such as licences.example.com"`
	Opens vendors.Opens `json:"opens,omitempty" enum:"dashboard,files" doc:"dashboard if left out"`
}

func showHost(h vendors.Host) hostOut {
	out := hostOut{
		ID: h.UUID, Host: h.Name, Opens: h.Opens, State: h.Standing(), Proof: h.Proof, Seen: h.Seen,
		CheckedAt: value.TimeOrNil(h.CheckedAt), CreatedAt: h.CreatedAt,
	}
	out.RecordName, out.RecordValue = h.Record()
	if out.State == vendors.Failing {
		out.StopsAt = value.TimeOrNil(h.StopsAt())
	}
	return out
}

func (a *Area) hosts(m *operation.Maker) []operation.Operation {
	const group, path = "Host names", "/hosts"
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: path, ID: "list-hosts", Group: group, Summary: "All host names of the vendor's own, the oldest first", Permission: identity.ManageVendor,
		}, func(q *operation.Request) (operation.Page[hostOut], error) {
			all, err := a.HostRows.Hosts(q.Context, q.Vendor)
			answer := operation.Page[hostOut]{Items: make([]hostOut, len(all))}
			for i, h := range all {
				answer.Items[i] = showHost(h)
			}
			return answer, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: path, ID: "add-host", Group: group, Summary: "Ask for a host name",
			About:      "It serves nobody before the TXT record in the answer is in DNS. The server looks for it by itself, and at once by check.",
			Permission: identity.ManageVendor,
		}, func(t tx.Tx, q *operation.Request, in hostAdd) (hostOut, error) {
			h, err := a.Hosts.Add(t, q.Vendor, vendors.AddHost{Name: in.Host, Opens: in.Opens})
			return showHost(h), err
		}),
		operation.ChangeWith(m, operation.Operation{
			Method: http.MethodPost, Path: path + "/{id}/check", ID: "check-host", Group: group, Summary: "Look for a host name's record in DNS now",
			About: "Where it is found, the name serves within a second.", Permission: identity.ManageVendor, Status: http.StatusOK,
		}, func(q *operation.Request, _ operation.Nothing) (vendors.Host, error) {
			return a.Hosts.Check(q.Context, q.Vendor, q.ID)
		}, func(_ tx.Tx, _ *operation.Request, _ operation.Nothing, h vendors.Host) (hostOut, error) {
			return showHost(h), nil
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodDelete, Path: path + "/{id}", ID: "remove-host", Group: group, Summary: "Take a host name away",
			About: "It serves nobody any more within a second; links in mails that were sent with it lead nowhere.", Permission: identity.ManageVendor,
		}, func(t tx.Tx, q *operation.Request, _ operation.Nothing) (operation.Nothing, error) {
			_, err := a.Hosts.Remove(t, q.Vendor, q.ID)
			return operation.Nothing{}, err
		}),
	}
}
