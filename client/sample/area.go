package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"chancery/client"
)

const help = "Type: enter CODE, update, give up, export, or quit."

// area is the licence area. At the start it does what every program should:
// judge the licence without a network, and ask the server if that is due.
func area(ctx context.Context, licence *client.Client, in io.Reader, out io.Writer) error {
	if licence.Status().HeartbeatDue {
		_, err := licence.Heartbeat(ctx)
		tell(out, err)
	}
	fmt.Fprintln(out, licence.Status().Message)
	fmt.Fprintln(out, help)
	for lines := bufio.NewScanner(in); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		command, rest, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		switch command {
		case "enter": // the user types the code from the mail
			_, err := licence.Activate(ctx, rest)
			tell(out, err)
		case "update": // the refresh button: the vendor has changed something
			_, err := licence.Heartbeat(ctx)
			tell(out, err)
		case "give": // the machine is replaced: the token is free for the next one
			tell(out, licence.Deactivate(ctx))
		case "export": // a paid function of the program
			export(out, licence)
			continue
		case "quit":
			return nil
		default:
			fmt.Fprintln(out, help)
			continue
		}
		fmt.Fprintln(out, licence.Status().Message)
	}
}

// export needs no other check: without a valid licence there are no features.
func export(out io.Writer, licence *client.Client) {
	if !licence.Feature("export") {
		fmt.Fprintln(out, "Exporting is not part of your licence.")
		return
	}
	fmt.Fprintln(out, "Exported.")
}

// tell shows what went wrong in words for the end user. A server that can't be
// reached is no reason to stop: Status goes on judging the last answer.
func tell(out io.Writer, err error) {
	var refused *client.RefusalError
	switch {
	case err == nil:
	case errors.As(err, &refused):
		fmt.Fprintln(out, strings.TrimSpace(refused.Message+" "+refused.Help))
	case errors.Is(err, client.ErrUnreachable):
		fmt.Fprintln(out, "The licence server can't be reached just now.")
	default:
		fmt.Fprintln(out, "That did not work: "+err.Error())
	}
}
