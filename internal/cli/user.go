package cli

import (
	"context"
	"fmt"
	"text/tabwriter"

	"chancery/internal/access"
	"chancery/internal/entry"
	"chancery/internal/identity"
	"chancery/internal/listing"
	"chancery/internal/setup"
	identitystore "chancery/internal/store/identity"
	"chancery/internal/tx"
	"chancery/internal/visible"
	"chancery/internal/wiring"
)

type userCommand struct {
	Create        userCreate  `cmd:"" help:"Create a user. The password is printed once."`
	List          userList    `cmd:"" help:"List a vendor's staff."`
	ResetPassword userReset   `cmd:"" help:"Give a user a new password, printed once, and end all sessions."`
	Disable       userDisable `cmd:"" help:"Keep a user from signing in, and end all sessions."`
	Code          userCode    `cmd:"" help:"Make a single-use code with which a client of a licensee activates."`
	Enable        userEnable  `cmd:"" help:"Let a disabled user sign in again."`
}

// oneUser is what commands on one user begin with.
type oneUser struct {
	ofVendor

	Email string `arg:"" help:"E-mail address of the user."`
}

// withUser finds the user and does something with it in a transaction.
func (c *oneUser) withUser(
	prepare func(context.Context, *wiring.Rooms) error, do func(r *wiring.Rooms, t tx.Tx, by identity.Principal, u identity.User) error,
) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		email, _ := entry.Address(c.Email)
		u, err := r.UserRows.ByEmail(ctx, v.ID, email)
		if err != nil {
			return setup.Of(err)
		}
		if err := prepare(ctx, r); err != nil {
			return err
		}
		return setup.Of(r.DB.Run(ctx, func(t tx.Tx) error { return do(r, t, identity.Operator(v.ID), u) }))
	})
}

func nothingFirst(context.Context, *wiring.Rooms) error { return nil }

type userCreate struct {
	oneUser

	Name string `help:"What to call the user; the address by default."`
	Role string `help:"owner, admin, support, sales, analyst, viewer, or the id of a role of the vendor's own; left out for a licensee, who is not staff."`
	JSON bool   `help:"Print JSON."`
}

// Run implements the command.
func (c *userCreate) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		secret, err := r.Users.NewSecret(ctx)
		if err != nil {
			return err
		}
		var u identity.User
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			u, err = r.Users.Create(t, identity.Operator(v.ID), identity.NewUser{Email: c.Email, Name: c.Name, Role: c.Role, Secret: &secret})
			return err
		}); err != nil {
			return setup.Of(err)
		}
		return printPassword(s, u, secret.Password, c.JSON)
	})
}

func printPassword(s streams, u identity.User, password string, asJSON bool) error {
	if asJSON {
		return printJSON(s.out, map[string]string{"user_id": u.UUID.String(), "email": u.Email, "password": password})
	}
	fmt.Fprintf(s.out, "User      %s\nPassword  %s\n\nThe password is shown this once.\n", u.Email, password)
	return nil
}

type userList struct {
	ofVendor

	JSON bool `help:"Print JSON."`
}

type userListRow struct {
	UserID     string `json:"user_id"`
	Email      string `json:"email"`
	Name       string `json:"name"`
	Role       string `json:"role"`
	CreatedAt  string `json:"created_at"`
	SignedInAt string `json:"signed_in_at"` // empty for never
	Disabled   bool   `json:"disabled"`
}

// Run implements the command.
func (c *userList) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		rows, err := c.rows(ctx, r)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(s.out, rows)
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "E-MAIL\tNAME\tROLE\tCREATED\tSIGNED IN\tSTATE")
		for _, u := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", visible.Text(u.Email), visible.Text(u.Name), visible.Text(u.Role),
				u.CreatedAt, u.SignedInAt, state(u.Disabled, "disabled"))
		}
		return w.Flush()
	})
}

func (c *userList) rows(ctx context.Context, r *wiring.Rooms) ([]userListRow, error) {
	v, err := vendorOf(ctx, r, c.Vendor)
	if err != nil {
		return nil, err
	}
	rows := []userListRow{}
	for cursor := ""; ; {
		request, err := listing.Parse(listing.MaxLimit, "", cursor, identitystore.UserSorts()...)
		if err != nil {
			return nil, err
		}
		page, err := r.UserRows.Staff(ctx, v.ID, request)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Items {
			row := userListRow{u.UUID.String(), u.Email, u.Name, u.Role.Name, instant(u.CreatedAt), "", u.DisabledAt != nil}
			if u.SignedInAt != nil {
				row.SignedInAt = instant(*u.SignedInAt)
			}
			rows = append(rows, row)
		}
		if cursor = page.Next; cursor == "" {
			return rows, nil
		}
	}
}

type userReset struct {
	oneUser

	ClearSecondFactor bool `help:"Remove the authenticator app and its recovery codes too."`

	JSON bool `help:"Print JSON."`
}

// Run implements the command.
func (c *userReset) Run(s streams) error {
	var secret identity.Secret
	var user identity.User
	err := c.withUser(func(ctx context.Context, r *wiring.Rooms) (err error) {
		secret, err = r.Users.NewSecret(ctx)
		return err
	}, func(r *wiring.Rooms, t tx.Tx, by identity.Principal, u identity.User) (err error) {
		if c.ClearSecondFactor {
			if _, err := r.Users.ClearSecondFactor(t, by, u.UUID); err != nil {
				return err
			}
		}
		user, err = r.Users.ResetPassword(t, by, u.UUID, secret)
		return err
	})
	if err != nil {
		return err
	}
	return printPassword(s, user, secret.Password, c.JSON)
}

type userDisable struct{ oneUser }

// Run implements the command.
func (c *userDisable) Run(s streams) error {
	err := c.withUser(nothingFirst, func(r *wiring.Rooms, t tx.Tx, by identity.Principal, u identity.User) error {
		_, err := r.Users.Disable(t, by, u.UUID)
		return err
	})
	if err == nil {
		fmt.Fprintln(s.out, "Disabled. All sessions have ended.")
	}
	return err
}

type userEnable struct{ oneUser }

// Run implements the command.
func (c *userEnable) Run(s streams) error {
	err := c.withUser(nothingFirst, func(r *wiring.Rooms, t tx.Tx, by identity.Principal, u identity.User) error {
		_, err := r.Users.Enable(t, by, u.UUID)
		return err
	})
	if err == nil {
		fmt.Fprintln(s.out, "Enabled.")
	}
	return err
}

type userCode struct {
	oneUser

	JSON bool `help:"Print JSON."`
}

// Run implements the command.
func (c *userCode) Run(s streams) error {
	return c.withRooms(func(ctx context.Context, r *wiring.Rooms) error {
		v, err := vendorOf(ctx, r, c.Vendor)
		if err != nil {
			return err
		}
		email, _ := entry.Address(c.Email)
		var letter access.Letter
		if err := r.DB.Run(ctx, func(t tx.Tx) (err error) {
			letter, err = r.Invitations().ActivationCode(t, identity.Operator(v.ID), email)
			return err
		}); err != nil {
			return setup.Of(err)
		}
		if c.JSON {
			return printJSON(s.out, map[string]string{"email": letter.Person.Email, "code": letter.Secret, "until": instant(letter.ExpiresAt)})
		}
		fmt.Fprintf(s.out, "User  %s\nCode  %s\n\nIt activates one client, until %s.\n", letter.Person.Email, letter.Secret, instant(letter.ExpiresAt))
		return nil
	})
}
