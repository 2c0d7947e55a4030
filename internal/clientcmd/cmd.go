package clientcmd

import (
	"context"
	"io"

	"chancery/client"
)

// IO is what a command needs of its process.
type IO struct {
	Context context.Context //nolint:containedctx // ends the calls; kong binds values, not arguments
	Stdout  io.Writer       // the result
	Stderr  io.Writer       // warnings
}

// Cmd is mounted in a kong command line as a field tagged `cmd:""`. Kong binds
// *IO to the Run method of the chosen subcommand; an error of it is one sentence
// for the user.
type Cmd struct {
	Activate   ActivateCmd   `cmd:"" help:"Activate this device with a licence."`
	Heartbeat  HeartbeatCmd  `cmd:"" help:"Ask the server how the licence stands now."`
	Status     StatusCmd     `cmd:"" help:"Judge the licence without a network; exit code 1 unless it is valid."`
	Consume    ConsumeCmd    `cmd:"" help:"Count an amount against a limit of the licence."`
	Session    SessionCmd    `cmd:"" help:"Hold a session of a floating licence until Ctrl-C."`
	Deactivate DeactivateCmd `cmd:"" help:"Give this device's activation up."`
	Offline    OfflineCmd    `cmd:"" help:"Work without internet, by files that a person carries."`
}

// ActivateCmd is `client activate`.
type ActivateCmd struct {
	Connection

	Key   string `arg:"" optional:"" help:"License key, token key or grouped key."`
	Email string `help:"Instead of a key: the licensee user's e-mail." env:"CHANCERY_CLIENT_EMAIL"`
	Code  string `help:"The single-use code from the vendor." env:"CHANCERY_CLIENT_CODE"`
	// The password comes by the environment only: flags are seen by everybody on the machine.
	Password string `hidden:"" env:"CHANCERY_CLIENT_PASSWORD"`
}

// Run activates and prints the licence.
func (c *ActivateCmd) Run(io *IO) error {
	return c.judged(io, "Activated.", func(licence *client.Client) (client.Status, error) {
		switch {
		case (c.Key == "") == (c.Email == ""):
			return client.Status{}, sentence("give either a license key or --email")
		case c.Key != "":
			return licence.Activate(io.Context, c.Key)
		}
		return licence.ActivateUser(io.Context, client.User{Email: c.Email, Password: c.Password, Code: c.Code})
	})
}

// HeartbeatCmd is `client heartbeat`.
type HeartbeatCmd struct{ Connection }

// Run sends a heartbeat and prints the licence.
func (c *HeartbeatCmd) Run(io *IO) error {
	return c.judged(io, "The server has answered.", func(licence *client.Client) (client.Status, error) { return licence.Heartbeat(io.Context) })
}

// StatusCmd is `client status`.
type StatusCmd struct{ Connection }

// Run prints the judgement over the last answer; it opens no connection.
func (c *StatusCmd) Run(io *IO) error {
	return c.with(func(licence *client.Client) error {
		status := licence.Status()
		if err := c.print(io, "", licence, status); err != nil {
			return err
		}
		if !status.Valid() {
			return sentence("the licence is not valid here: " + string(status.State))
		}
		return nil
	})
}

// DeactivateCmd is `client deactivate`.
type DeactivateCmd struct{ Connection }

// Run gives the token back.
func (c *DeactivateCmd) Run(io *IO) error {
	return c.judged(io, "Deactivated; the place is free for another device.", func(licence *client.Client) (client.Status, error) {
		err := licence.Deactivate(io.Context)
		return licence.Status(), err
	})
}
