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
	key, err := signed.ParseKey(os.Getenv("CHANCERY_CLIENT_PUBLIC_KEY"))
	if err != nil {
		return fmt.Errorf("CHANCERY_CLIENT_PUBLIC_KEY: %w", err)
	}
	licence, err := client.New(client.Config{
		BaseURL:         os.Getenv("CHANCERY_CLIENT_URL"),
		VendorID:        os.Getenv("CHANCERY_CLIENT_VENDOR"),
		ProductID:       os.Getenv("CHANCERY_CLIENT_PRODUCT"),
		ProvisioningKey: os.Getenv("CHANCERY_CLIENT_PROVISIONING_KEY"),
		PublicKeys:      []ed25519.PublicKey{key},
		StateDir:        os.Getenv("CHANCERY_CLIENT_STATE"),
		SoftwareVersion: "1.0.0",
	})
	if err != nil {
		return err
	}
	defer licence.Close()
	return area(ctx, licence, os.Stdin, os.Stdout)
}
