package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"chancery/client"
	"chancery/client/clienttest"
)

// example is a test without a *testing.T.
type example struct{ ended []func() }

func (*example) Helper()            {}
func (e *example) Cleanup(f func()) { e.ended = append(e.ended, f) }

func (e *example) TempDir() string {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	e.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (e *example) end() {
	for _, f := range e.ended {
		f()
	}
}

// exampleConfig is for a licence server that stands for one on the network.
func exampleConfig(t *example) client.Config {
	server := clienttest.New(t)
	five := 5.0
	server.Change(func(l *client.LicenseInfo) {
		l.Features = []client.Feature{{Name: "export", IsActive: true}}
		l.Limitations = []client.Limitation{{Name: "projects", Value: &five}}
	})
	return server.Config(t)
}

// The whole life of a licence on one machine.
func Example() {
	t := &example{}
	defer t.end()
	config := exampleConfig(t) // in a program: client.Config{BaseURL: "https://...", ...}
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

// Consumption is counted once, whatever happens on the way, and waits on disk
// while there is no network.
func ExampleClient_Consume() {
	t := &example{}
	defer t.end()
	server := clienttest.New(t)
	hundred := 100.0
	server.Change(func(l *client.LicenseInfo) {
		l.Limitations = []client.Limitation{{ID: "0190d5a0-0000-7000-8000-000000000001", Name: "pages", Value: &hundred, ResetMode: 3}}
	})
	licence, err := client.New(server.Config(t))
	if err != nil {
		panic(err)
	}
	defer licence.Close()
	ctx := context.Background()
	if _, err := licence.Activate(ctx, clienttest.LicenseKey); err != nil {
		panic(err)
	}

	done, err := licence.Consume(ctx, "pages", 12.5)
	fmt.Println(done.Counted, *done.Remaining, err)
	_, err = licence.Consume(ctx, "pages", 90)
	fmt.Println(errors.Is(err, client.ErrExhausted))
	// Output:
	// true 87.5 <nil>
	// true
}

// What the server refuses comes with a number to act on and a text to show.
func ExampleClient_Activate_refused() {
	t := &example{}
	defer t.end()
	config := exampleConfig(t)
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
	// Output: This is not a valid license key. Check the key for typing errors, and that it was issued for this product.
}

// A floating licence: any number of clients, so many sessions at once. The session
// is renewed in the background until it is closed.
func ExampleClient_OpenSession() {
	t := &example{}
	defer t.end()
	server := clienttest.New(t)
	server.Floating(1)
	licence, err := client.New(server.Config(t))
	if err != nil {
		panic(err)
	}
	defer licence.Close()
	ctx := context.Background()
	if _, err := licence.Activate(ctx, clienttest.LicenseKey); err != nil {
		panic(err)
	}

	session, err := licence.OpenSession(ctx, client.SessionOptions{})
	if err != nil {
		panic(err) // a RefusalError with RefusalNoSession: all of them are in use
	}
	select {
	case <-session.Done():
		fmt.Println("save your work:", session.Err())
	default:
		fmt.Println("sessions at once:", session.Status().MaxOpen)
	}
	if err := session.Close(ctx); err != nil {
		fmt.Println("it lapses by itself:", err)
	}
	// Output: sessions at once: 1
}
