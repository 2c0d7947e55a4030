// Command chancery is the licence server: one binary, every subcommand.
package main

import (
	"os"
	_ "time/tzdata" // vendors have time zones, and a container may have none

	"chancery/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
