package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"chancery/internal/entry"
	"chancery/internal/fault"
	"chancery/internal/setup"
	"chancery/internal/tx"
	"chancery/internal/vendors"
	"chancery/internal/wiring"
)

type vendorHost struct {
	Approve hostApprove `cmd:"" help:"Let a host name serve a vendor without a proof by DNS."`
	List    hostList    `cmd:"" help:"List a vendor's host names, with the records that prove them."`
	Remove  hostRemove  `cmd:"" help:"Take a host name away from a vendor, at once."`
}

type hostApprove struct {
	ofVendor

	Host  string `arg:"" help:"The host name: licences.example.com."`
	Opens string `help:"What its first page is: dashboard or files. Default: what the vendor chose, or dashboard." placeholder:"PAGE"`

	PublicURL string   `help:"Where users reach the server, as serve has it: that name is refused." placeholder:"URL"`
	OwnHost   []string `help:"Another name of the server itself, as serve has it: that is refused, too." placeholder:"NAME"`
}

// site is what is known of the server's own names.
func (c *hostApprove) site() (s wiring.Site, err error) {
	if s.PublicURL, err = parsePublicURL(c.PublicURL); err != nil {
		return s, err
	}
	s.OwnHosts, err = parseHosts(c.OwnHost)
	return s, err
}

// Run implements the command.
func (c *hostApprove) Run(s streams) error {
	site, err := c.site()
	if err != nil {
		return err
	}
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		if r.Hosts, err = r.NewVendorHosts(site, nil); err != nil {
			return err
		}
		var h vendors.Host
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			h, err = r.Hosts.Approve(t, v.ID, vendors.AddHost{Name: c.Host, Opens: vendors.Opens(c.Opens)})
			return err
		}); err != nil {
			return setup.Of(err)
		}
		fmt.Fprintf(s.out, "%s serves %s now.\n", h.Name, v.Slug)
		if site.PublicURL == nil {
			fmt.Fprintln(s.out, "A server that has this name itself goes on to have it: name --public-url, and --own-host where serve has some, to be told.")
		}
		return nil
	})
}

type hostList struct {
	ofVendor

	JSON bool `help:"Print JSON."`
}

type hostRow struct {
	Host        string `json:"host"`
	State       string `json:"state"`
	Opens       string `json:"opens"`
	Proof       string `json:"proof"`
	RecordName  string `json:"record_name"`
	RecordValue string `json:"record_value"`
}

// Run implements the command.
func (c *hostList) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		all, err := r.VendorRows.Hosts(ctx, v.ID)
		if err != nil {
			return err
		}
		rows := make([]hostRow, len(all))
		for i, h := range all {
			name, value := h.Record()
			rows[i] = hostRow{h.Name, string(h.Standing()), string(h.Opens), string(h.Proof), name, value}
		}
		if c.JSON {
			return printJSON(s.out, rows)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "HOST\tSTATE\tOPENS\tPROOF\tTXT RECORD\tVALUE")
		for _, h := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", h.Host, h.State, h.Opens, h.Proof, h.RecordName, h.RecordValue)
		}
		return w.Flush()
	})
}

type hostRemove struct {
	ofVendor

	Host string `arg:"" help:"The host name."`
}

// Run implements the command.
func (c *hostRemove) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		name, _ := entry.Host(c.Host)
		all, err := r.VendorRows.Hosts(ctx, v.ID)
		if err != nil {
			return err
		}
		for _, h := range all {
			if h.Name != name {
				continue
			}
			if err := r.DB.Run(ctx, func(t tx.Tx) error {
				_, err := r.Hosts.Remove(t, v.ID, h.UUID)
				return err
			}); err != nil {
				return setup.Of(err)
			}
			fmt.Fprintf(s.out, "%s serves %s no more.\n", h.Name, v.Slug)
			return nil
		}
		return setup.Wrong("The vendor has no such host name; `chancery vendor host list VENDOR` shows those it has.", fault.Missing("host"))
	})
}
