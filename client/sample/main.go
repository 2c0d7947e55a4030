package main

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"os"
	"os/signal"

	"chancery/client"
	"chancery/signed"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := start(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context) error {
	key, err := signed.ParseKey(os.Getenv("LICENCE_PUBLIC_KEY"))
	if err != nil {
		return fmt.Errorf("LICENCE_PUBLIC_KEY: %w", err)
	}
	licence, err := client.New(client.Config{
		BaseURL:         os.Getenv("LICENCE_URL"),
		VendorID:        os.Getenv("LICENCE_VENDOR"),
		ProductID:       os.Getenv("LICENCE_PRODUCT"),
		ProvisioningKey: os.Getenv("LICENCE_PROVISIONING_KEY"),
		PublicKeys:      []ed25519.PublicKey{key},
		StateDir:        os.Getenv("LICENCE_STATE"),
		SoftwareVersion: "1.0.0",
	})
	if err != nil {
		return err
	}
	defer licence.Close()
	return area(ctx, licence, os.Stdin, os.Stdout)
}
