package clientcmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/boombuler/barcode/qr"

	"chancery/client"
	"chancery/signed"
)

// OfflineCmd holds the commands of a device without internet: they open no connection,
// and need neither --url nor --provisioning-key.
type OfflineCmd struct {
	Request    OfflineRequestCmd    `cmd:"" help:"Write the file that asks for a licence."`
	Install    OfflineInstallCmd    `cmd:"" help:"Install the licence file or refresh file that came back."`
	Report     OfflineReportCmd     `cmd:"" help:"Write the file that tells what was consumed here."`
	Deactivate OfflineDeactivateCmd `cmd:"" help:"Give the licence up here, and write the file that frees its place."`
	Receipt    OfflineReceiptCmd    `cmd:"" help:"Take the receipt of a report or deactivation."`
	Show       OfflineShowCmd       `cmd:"" help:"Say what is in a file."`
}

// output is where a file for the vendor goes.
type output struct {
	Connection

	Out string `help:"The file to write; a folder takes the usual name." type:"path" placeholder:"FILE" env:"CHANCERY_CLIENT_OUT"`
}

// carry makes a file that a person carries, writes it, and says what to do with it.
func (o *output) carry(io *IO, next string, write func(*client.Client) (client.OfflineFile, error)) (f client.OfflineFile, err error) {
	return f, o.with(func(licence *client.Client) error {
		if f, err = write(licence); err != nil {
			return explain(err)
		}
		return o.write(io, f, next)
	})
}

// write writes a file that a person carries, and says what to do with it.
func (o *output) write(io *IO, f client.OfflineFile, next string) error {
	name := o.Out
	if name == "" {
		name = f.Name
	}
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		name = strings.TrimRight(name, string(os.PathSeparator)) + string(os.PathSeparator) + f.Name
	}
	if err := os.WriteFile(name, f.Text, 0o600); err != nil {
		return sentence("the file could not be written: " + err.Error())
	}
	_, err := fmt.Fprintf(io.Stdout, "Written to %s. %s\n", name, next)
	return err
}

// OfflineRequestCmd is `client offline request`.
type OfflineRequestCmd struct {
	output

	Key      string `arg:"" optional:"" help:"License key, token key or grouped key."`
	Email    string `help:"Instead of a key: the licensee user's e-mail." env:"CHANCERY_CLIENT_EMAIL"`
	Code     string `help:"The single-use code from the vendor, better than a password; - reads it from standard input." env:"CHANCERY_CLIENT_CODE"`
	QR       bool   `help:"Also draw the request as a QR code."`
	Password string `hidden:"" env:"CHANCERY_CLIENT_PASSWORD"`

	Stdin io.Reader `kong:"-"` // nil: the program's

	withPassword bool
}

// Run writes the request.
func (c *OfflineRequestCmd) Run(io *IO) error {
	if (c.Key == "") == (c.Email == "") {
		return sentence("give either a license key or --email")
	}
	f, err := c.carry(io, "Upload it at the vendor's offline portal, and install the file that comes back.", c.ask)
	if err != nil {
		return err
	}
	if c.withPassword {
		_, err := fmt.Fprintln(io.Stdout, "The password is in it, sealed to the vendor. "+
			"A single-use code from the vendor (--code -) would be worth nothing afterwards.")
		if err != nil {
			return err
		}
	}
	if !c.QR {
		return nil
	}
	if f.QR == "" {
		return sentence("the request is too long for a QR code; carry the file")
	}
	return drawQR(io.Stdout, f.QR)
}

func (c *OfflineRequestCmd) ask(licence *client.Client) (f client.OfflineFile, err error) {
	if c.Key != "" {
		return licence.OfflineRequest(c.Key)
	}
	user := client.User{Email: c.Email, Password: c.Password, Code: c.Code}
	if user.Code == "-" || user.Code == "" && user.Password == "" {
		if user, err = c.readProof(user); err != nil {
			return f, err
		}
	}
	c.withPassword = user.Password != ""
	return licence.OfflineRequestUser(user)
}

// readProof reads a code (with --code -) or a password from standard input.
func (c *OfflineRequestCmd) readProof(user client.User) (client.User, error) {
	in := c.Stdin
	if in == nil {
		in = os.Stdin
	}
	text, err := io.ReadAll(io.LimitReader(in, 4096))
	if err != nil {
		return user, sentence("standard input could not be read: " + err.Error())
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return user, sentence("write the single-use code from the vendor to standard input, with --code -, or the password")
	}
	if user.Code == "-" {
		user.Code = strings.TrimSpace(line)
	} else {
		user.Password = line
	}
	return user, nil
}

// drawQR draws a QR code in half blocks, dark on light, with its quiet zone.
func drawQR(w io.Writer, text string) error {
	code, err := qr.Encode(text, qr.L, qr.Auto)
	if err != nil {
		return sentence("the request does not fit into a QR code: " + err.Error())
	}
	const quiet = 4
	size := code.Bounds().Dx()
	dark := func(x, y int) bool {
		if x < 0 || y < 0 || x >= size || y >= size {
			return false
		}
		r, _, _, _ := code.At(x, y).RGBA()
		return r == 0
	}
	var b strings.Builder
	for y := -quiet; y < size+quiet; y += 2 {
		b.WriteString("\x1b[30;47m")
		for x := -quiet; x < size+quiet; x++ {
			switch above, below := dark(x, y), dark(x, y+1); {
			case above && below:
				b.WriteString("█")
			case above:
				b.WriteString("▀")
			case below:
				b.WriteString("▄")
			default:
				b.WriteString(" ")
			}
		}
		b.WriteString("\x1b[0m\n")
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// input is a file that was carried here.
type input struct {
	Connection

	File string `arg:"" help:"The file; - reads standard input."`

	Stdin io.Reader `kong:"-"` // nil: the program's
}

func (i *input) read() ([]byte, error) {
	var in io.Reader = os.Stdin
	if i.Stdin != nil {
		in = i.Stdin
	}
	if i.File != "-" {
		file, err := os.Open(i.File)
		if err != nil {
			return nil, sentence("the file could not be read: " + err.Error())
		}
		defer file.Close()
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, signed.MaxText+1))
	if err != nil {
		return nil, sentence("the file could not be read: " + err.Error())
	}
	return text, nil
}

// take reads the file that was carried here, and prints how the licence stands with it. done
// is said of what was taken, nothing where it was settled before.
func (i *input) take(io *IO, done string, settled error, nothing string, take func(*client.Client, []byte) (client.Status, error)) error {
	text, err := i.read()
	if err != nil {
		return err
	}
	return i.with(func(licence *client.Client) error {
		status, err := take(licence, text)
		switch {
		case errors.Is(err, settled):
			done = nothing
		case err != nil:
			return explain(err)
		}
		return i.print(io, done, licence, status)
	})
}

// OfflineInstallCmd is `client offline install`.
type OfflineInstallCmd struct{ input }

// Run installs a licence.
func (c *OfflineInstallCmd) Run(io *IO) error {
	return c.take(io, "Installed.", client.ErrInstalled, "This licence file is installed here already, and nothing is left to do.", (*client.Client).Install)
}

// OfflineReportCmd is `client offline report`.
type OfflineReportCmd struct{ output }

// Run writes the report.
func (c *OfflineReportCmd) Run(io *IO) error {
	_, err := c.carry(io, "Upload it at the vendor's offline portal, and bring the receipt back.", (*client.Client).OfflineReport)
	return err
}

// OfflineDeactivateCmd is `client offline deactivate`.
type OfflineDeactivateCmd struct{ output }

// Run gives the licence up, and writes the file.
func (c *OfflineDeactivateCmd) Run(io *IO) error {
	_, err := c.carry(io, "The licence is locked here from now on. Upload the file, so that its place is free for another device, and bring the receipt back.",
		(*client.Client).OfflineDeactivate)
	return err
}

// OfflineReceiptCmd is `client offline receipt`.
type OfflineReceiptCmd struct{ input }

// Run takes the receipt.
func (c *OfflineReceiptCmd) Run(io *IO) error {
	return c.take(io, "The vendor has counted what was told.", client.ErrAlreadyCounted, "This was counted already, and nothing is left to do.",
		(*client.Client).Receipt)
}
