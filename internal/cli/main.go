package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"chancery/internal/clientcmd"
	"chancery/internal/setup"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// commands is the command line. Every flag is also an environment variable:
// CHANCERY_ and its name in capitals.
type commands struct {
	Config configFlag `help:"Read settings from this file: JSON, or lines NAME=VALUE." placeholder:"FILE"`

	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Demo    demoCommand    `cmd:"" help:"Run the server on invented data, to look around; it is gone afterwards."`
	Vendor  vendorCommand  `cmd:"" help:"Create and list vendors, the tenants of the server; set their plan."`
	User    userCommand    `cmd:"" help:"Create, list and disable a vendor's users; reset a password."`
	Key     keyCommand     `cmd:"" help:"Create, list and revoke API keys; rotate and retire signing keys; rotate the master key."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date, or show where it stands."`
	Client  clientcmd.Cmd  `cmd:"" help:"The Go SDK on a command line: activate, heartbeat, status, session, deactivate."`
	Backup  backupCommand  `cmd:"" help:"Write a consistent copy of the database to a file, also while the server runs."`
	Restore restoreCommand `cmd:"" help:"Fill an empty database, of either engine, from a backup."`
	Observe observeCommand `cmd:"" help:"Observed usage: how long events are kept, and counting anew."`
	Clock   clockCommand   `cmd:"" help:"The machine's clock: confirm it after a leap."`
	Verify  verifyCommand  `cmd:"" help:"Prove every counter, ledger, key and audit chain in the database."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// streams is where a command writes to.
type streams struct {
	out, err io.Writer
}

// Main runs the command line and gives the exit code: 0, 1 for a failure, 2 for
// a wrong command line or configuration.
func Main(args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if done, ok := recover().(exited); ok {
			code = int(done)
		}
	}()
	err := run(args, streams{stdout, stderr})
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "chancery: %s\n", setup.Sentence(err))
	if setup.IsWrong(err) {
		return exitUsage
	}
	return exitFailure
}

// exited carries kong's wish to exit out of its parser.
type exited int

func run(args []string, s streams) error {
	if err := dropEmpty(); err != nil {
		return err
	}
	interrupted, done := signal.NotifyContext(context.Background(), os.Interrupt)
	defer done()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("chancery"),
		kong.Description("Chancery, a self-hosted licence server. `chancery demo` shows it at work; `chancery serve` runs it."),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.DefaultEnvars("CHANCERY"),
		kong.WithHyphenPrefixedParameters(true), // base64url keys and ids may begin with one
		kong.Bind(s, &clientcmd.IO{Context: interrupted, Stdout: s.out, Stderr: s.err}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return err
	}
	ctx, err := parser.Parse(spelt(args))
	if err != nil {
		var parse *kong.ParseError
		if errors.As(err, &parse) && !setup.IsWrong(err) {
			return setup.Wrong(err.Error()+"; `chancery --help` lists what there is.", err)
		}
		return setup.Wrong(err.Error(), err)
	}
	if !strings.HasPrefix(ctx.Command(), "client ") {
		done() // the others look after an interrupt themselves, or are ended by it
	}
	if ctx.Command() == "serve" {
		warnOfVariables(s.err, parser.Model)
	}
	return ctx.Run(s)
}

// spelt gives the arguments as the parser knows them: people also ask a program for its
// version and its help in other ways.
func spelt(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	}
	return args
}

// environment reads one variable; unset and empty are the same.
func environment(name string) string { return os.Getenv(name) }

// dropEmpty makes them the same to the command line too, which would take an
// empty variable, as composed files and units leave them, for a wrong setting.
func dropEmpty() error {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); value == "" && strings.HasPrefix(name, "CHANCERY_") {
			if err := os.Unsetenv(name); err != nil {
				return err
			}
		}
	}
	return nil
}
