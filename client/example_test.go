package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"chancery/client"
	"chancery/client/clienttest"
)

// exampleServer stands for a licence server on the network.
func exampleServer() (*clienttest.Server, client.Config) {
	t := &testing.T{}
	server := clienttest.New(t)
	five := 5.0
	server.Change(func(l *client.LicenseInfo) {
		l.Features = []client.Feature{{Name: "export", IsActive: true}}
		l.Limitations = []client.Limitation{{Name: "projects", Value: &five}}
	})
	return server, server.Config(t)
}

// The whole life of a licence on one machine.
func Example() {
	_, config := exampleServer() // in a program: client.Config{BaseURL: "https://...", ...}
	licence, err := client.New(config)
	if err != nil {
		panic(err)
	}
	defer licence.Close()
	ctx := context.Background()

	fmt.Println(licence.Status().Message)
	if _, err := licence.Activate(ctx, clienttest.LicenseKey); err != nil {
		panic(err)
	}
	limit, _ := licence.Limit("projects")
	fmt.Println("export:", licence.Feature("export"), "projects:", limit.Value)

	if licence.Status().HeartbeatDue {
		_, _ = licence.Heartbeat(ctx) // without a network the program goes on under freeride
	}
	if err := licence.Deactivate(ctx); err != nil {
		panic(err)
	}
	fmt.Println(licence.Status().State)
	// Output:
	// No licence has been activated here; enter a license key.
	// export: true projects: 5
	// not_activated
}

// What the server refuses comes with a number to act on and a text to show.
func ExampleClient_Activate_refused() {
	_, config := exampleServer()
	licence, err := client.New(config)
	if err != nil {
		panic(err)
	}
	defer licence.Close()

	_, err = licence.Activate(context.Background(), "a key with a typing error")
	var refused *client.RefusalError
	if errors.As(err, &refused) && refused.ID == client.RefusalUnknownKey {
		fmt.Println(refused.Message, refused.Help)
	}
	// Output: This is not a valid license key. Check it for typing errors.
}
