package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

// serveFloor is the bare handler that everything is compared with: net/http,
// the same request decoded, an answer of the same size encoded, no database and
// no signature.
func serveFloor() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	var l net.ListenConfig
	listener, err := l.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		var in floorRequest
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		body, _ := json.Marshal(floorAnswerFor(in))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})
	server := &http.Server{Handler: mux}
	if err := os.WriteFile(os.Args[2], []byte(listener.Addr().String()+"\n"), 0o600); err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	_ = server.Serve(listener)
	return nil
}

type floorRequest struct {
	ProductID       string `json:"product_id"`
	ClientID        string `json:"client_id"`
	SoftwareVersion string `json:"software_version"`
	OperatingSystem string `json:"operating_system"`
	TokenKey        string `json:"token_key"`
}

// floorAnswer has as many bytes as a small LicenseInfo of about 600.
type floorAnswer struct {
	Customer struct {
		ID, Name, Number string
	} `json:"customer"`
	LicenseKey     string `json:"license_key"`
	TokenKey       string `json:"token_key"`
	ClientID       string `json:"client_id"`
	ProductID      string `json:"product_id"`
	ProductName    string `json:"product_name"`
	TemplateName   string `json:"template_name"`
	IsActive       bool   `json:"is_license_active"`
	IsExpired      bool   `json:"is_license_expired"`
	IsValid        bool   `json:"is_license_valid"`
	Expiration     string `json:"expiration_date_utc"`
	TokenLimit     int    `json:"token_limit"`
	Freeride       int    `json:"freeride"`
	Features       []any  `json:"features"`
	Limitations    []any  `json:"limitations"`
	CreatedDateUTC string `json:"created_date_utc"`
	Notice         string `json:"goodwill_notice"`
}

func floorAnswerFor(in floorRequest) floorAnswer {
	return floorAnswer{
		LicenseKey: in.TokenKey, TokenKey: in.TokenKey, ClientID: in.ClientID, ProductID: in.ProductID, ProductName: "Product", TemplateName: "Edition",
		IsActive: true, IsValid: true, Expiration: "9999-12-31T23:59:59Z", TokenLimit: 1, Freeride: 7, Features: []any{}, Limitations: []any{},
		CreatedDateUTC: "2026-01-01T00:00:00Z", Notice: in.SoftwareVersion + in.OperatingSystem,
	}
}

func startFloor(ctx context.Context) (*process, error) {
	dir, err := os.MkdirTemp("", "chancery-floor")
	if err != nil {
		return nil, fmt.Errorf("temporary directory: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("own path: %w", err)
	}
	ready := filepath.Join(dir, "ready")
	return start(ctx, ready, self, "floor", ready)
}
