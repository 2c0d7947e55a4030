package prepaid

import (
	"net/http"
	"time"

	"chancery/internal/ident"
	"chancery/internal/identity"
	"chancery/internal/prepaid"
	"chancery/internal/tx"
	"chancery/internal/wire/manage/operation"
)

type licenseCode struct {
	ID        ident.UUID `json:"id" format:"uuid"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Models    []string   `json:"models" nullable:"false"`
	Days      int64      `json:"days" doc:"of a new card"`
	Billing   string     `json:"billing" enum:"daily,on_report"`
	PriceNote string     `json:"price_note"`
	Contact   string     `json:"contact" doc:"whom to ask for more days"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

type licenseCodeList struct {
	Items []licenseCode `json:"items" nullable:"false"`
}

type licenseCodeAdd struct {
	Code      string   `json:"code" minLength:"1" maxLength:"50" doc:"unique, in any case"`
	Name      string   `json:"name" minLength:"1" maxLength:"200"`
	Models    []string `json:"models" minItems:"1" maxItems:"100" nullable:"false" doc:"models, and patterns such as GT06*"`
	Days      int64    `json:"days" minimum:"1" maximum:"100000"`
	Billing   string   `json:"billing,omitempty" enum:"daily,on_report" doc:"daily if left out; it never changes"`
	PriceNote string   `json:"price_note,omitempty" maxLength:"500"`
	Contact   string   `json:"contact,omitempty" maxLength:"500"`
}

type licenseCodeChange struct {
	Code      *string   `json:"code,omitempty" minLength:"1" maxLength:"50"`
	Name      *string   `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Models    *[]string `json:"models,omitempty" minItems:"1" maxItems:"100" doc:"cards that are bound stay bound"`
	Days      *int64    `json:"days,omitempty" minimum:"1" maximum:"100000" doc:"of cards to come"`
	PriceNote *string   `json:"price_note,omitempty" maxLength:"500"`
	Contact   *string   `json:"contact,omitempty" maxLength:"500"`
}

func showCode(c prepaid.Code) licenseCode {
	return licenseCode{
		ID: c.UUID, Code: c.Code, Name: c.Name, Models: append([]string{}, c.Models...), Days: c.Days, Billing: string(c.Billing),
		PriceNote: c.PriceNote, Contact: c.Contact, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}

func (a *Area) codes(m *operation.Maker, d door) []operation.Operation {
	return []operation.Operation{
		operation.Get(m, operation.Operation{
			Path: "/prepaid/license-codes", ID: "list-license-codes", Group: group, Summary: "List the license codes, the kinds of cards",
			About: d.say(""), Queries: d.with(), Permission: identity.ViewPrepaid,
		}, func(q *operation.Request) (licenseCodeList, error) {
			seen, err := a.codesInSight(d, q)
			list := licenseCodeList{Items: []licenseCode{}}
			for _, c := range seen {
				list.Items = append(list.Items, showCode(c))
			}
			return list, err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPost, Path: "/prepaid/license-codes", ID: "create-license-code", Group: group, Summary: "Make a license code",
			Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in licenseCodeAdd) (licenseCode, error) {
			by, err := d.in(t, q)
			if err != nil {
				return licenseCode{}, err
			}
			c, err := a.Prepaid.CreateCode(t, by, prepaid.Code{
				Code: in.Code, Name: in.Name, Models: in.Models, Days: in.Days, Billing: prepaid.Billing(in.Billing),
				PriceNote: in.PriceNote, Contact: in.Contact,
			})
			return showCode(c), err
		}),
		operation.Change(m, operation.Operation{
			Method: http.MethodPatch, Path: "/prepaid/license-codes/{id}", ID: "update-license-code", Group: group, Summary: "Change a license code",
			About: "Other days count for cards to come, and another model range unbinds nothing.", Permission: identity.ManagePrepaid,
		}, func(t tx.Tx, q *operation.Request, in licenseCodeChange) (licenseCode, error) {
			by, err := d.in(t, q)
			if err != nil {
				return licenseCode{}, err
			}
			c, err := a.Prepaid.UpdateCode(t, by, q.ID, prepaid.CodeChange{
				Code: in.Code, Name: in.Name, Models: in.Models, Days: in.Days, PriceNote: in.PriceNote, Contact: in.Contact,
			})
			return showCode(c), err
		}),
	}
}

// codesInSight gives the codes of cards that somebody sees; staff see all.
func (a *Area) codesInSight(d door, q *operation.Request) (codes []prepaid.Code, err error) {
	h, err := a.sees(d, q)
	if err != nil {
		return nil, err
	}
	if h.Everybody {
		return a.Rows.CodesOf(q.Context, q.Vendor)
	}
	figures, err := a.Rows.Statistics(q.Context, q.Vendor, h)
	for _, c := range figures.Codes {
		codes = append(codes, c.Code)
	}
	return codes, err
}
