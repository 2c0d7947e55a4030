package wiring

import (
	"context"

	"chancery/internal/language"
	"chancery/internal/owners"
	"chancery/internal/web"
	vendors "chancery/internal/web/console/prepaid"
	"chancery/internal/web/prepaid"
	"chancery/internal/web/prepaid/cards"
	"chancery/internal/web/prepaid/devices"
	"chancery/internal/web/prepaid/many"
	"chancery/internal/web/prepaid/orders"
	"chancery/internal/web/prepaid/overview"
	"chancery/internal/web/prepaid/records"
	"chancery/internal/web/prepaid/settings"
	"chancery/internal/web/prepaid/statement"
)

// staffPrepaid are the pages of prepaid device licences on the console.
func staffPrepaid(r *Rooms, f *web.Face) []area {
	frame, err := prepaid.OfStaff(f, r.PrepaidRows)
	if err != nil {
		return []area{{err: err}}
	}
	return append(prepaidAreas(r, frame, nil), mounted(vendors.New(vendors.Config{
		Frame: frame, Service: r.Prepaid, Rows: r.PrepaidRows, Customers: r.CustomerRows, Progress: r.PrepaidRun.Progress, Leapt: r.Steady.Reading,
	})))
}

// ownersPrepaid are the same on the portal.
func ownersPrepaid(r *Rooms, f *web.Face) []area {
	frame, err := prepaid.OfOwners(f, r.PrepaidRows, r.Owners)
	return prepaidAreas(r, frame, err)
}

// prepaidAreas are the areas of the section on one face. A new area is a new line.
func prepaidAreas(r *Rooms, f *prepaid.Frame, err error) []area {
	if err != nil {
		return []area{{err: err}}
	}
	return []area{
		mounted(f, nil),
		mounted(overview.New(overview.Config{Frame: f, Rows: r.PrepaidRows})),
		mounted(devices.New(devices.Config{Frame: f, Rows: r.PrepaidRows, Devices: r.Prepaid})),
		mounted(records.New(records.Config{Frame: f, Rows: r.PrepaidRows})),
		mounted(statement.New(statement.Config{Frame: f, Rows: r.PrepaidRows})),
		mounted(settings.New(settings.Config{Frame: f, Service: r.Prepaid, Rows: r.PrepaidRows})),
		mounted(many.New(many.Config{Frame: f, Cards: r.Prepaid, Runner: r.DB})),
		mounted(orders.New(orders.Config{Frame: f, Rows: r.PrepaidRows})),
		mounted(cards.New(cards.Config{Frame: f, Rows: r.PrepaidRows, Cards: r.Prepaid})),
	}
}

// prepaidMenu is what stands in the menu behind the name of somebody with a role at a
// customer, where the vendor has prepaid licences.
func (r *Rooms) prepaidMenu(ctx context.Context, reach owners.Reach) func(base string) []web.NavItem {
	if len(reach.Customers) == 0 {
		return nil
	}
	return func(base string) []web.NavItem {
		used, err := r.PrepaidRows.InUse(ctx, reach.Vendor)
		if err != nil || !used {
			return nil // what is broken shows in what the page itself reads
		}
		return []web.NavItem{{Label: language.Mark("License Management"), Href: base + prepaid.Root, Icon: "credit-card"}}
	}
}
