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
	"time"
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

// floorAnswer has the fields of a LicenseInfo, so that the floor encodes what the
// server encodes. It is a type of its own, of the plainest kinds: the SDK's takes a
// quarter longer to encode, and a slower floor would flatter the server.
type floorAnswer struct {
	Customer struct {
		ID     string `json:"customer_id"`
		Name   string `json:"company_name"`
		Number string `json:"customer_number"`
	} `json:"customer"`
	LicenseName  *string   `json:"license_name"`
	LicenseKey   string    `json:"license_key"`
	TokenKey     string    `json:"token_key"`
	LegacyKey    *string   `json:"legacy_license_key"`
	ClientID     string    `json:"client_id"`
	ClientName   string    `json:"client_name"`
	Description  *string   `json:"client_description"`
	ProductName  string    `json:"product_name"`
	ProductID    string    `json:"product_id"`
	TemplateName string    `json:"template_name"`
	TemplateID   string    `json:"template_id"`
	Mode         int       `json:"provisioning_mode"`
	ClientType   int       `json:"client_type"`
	IsActive     bool      `json:"is_license_active"`
	IsExpired    bool      `json:"is_license_expired"`
	IsValid      bool      `json:"is_license_valid"`
	Start        *string   `json:"start_date_utc"`
	Expiration   time.Time `json:"expiration_date_utc"`
	DateValidity int       `json:"date_validity"`
	TokenLimit   int       `json:"token_limit"`
	Floating     int       `json:"floating_token_limit"`
	IsTemporary  bool      `json:"is_temporary"`
	VersionValid bool      `json:"is_software_version_valid"`
	Release      *string   `json:"software_release_limitation"`
	IsNewer      bool      `json:"is_newer_software_shipment_available"`
	Latest       *string   `json:"latest_software_shipment"`
	Session      int       `json:"session_period"`
	Heartbeat    int       `json:"heartbeat_period"`
	Freeride     int       `json:"freeride"`
	Enforce      bool      `json:"enforce_software_version_upgrade"`
	Features     []any     `json:"features"`
	Limitations  []any     `json:"limitations"`
	Variables    []any     `json:"variables"`
	Constrained  []any     `json:"constrained_variables"`
	Users        []any     `json:"license_users"`
	Created      time.Time `json:"created_date_utc"`
	Type         struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"license_type"`
	IsGoodwill bool    `json:"is_goodwill"`
	Notice     *string `json:"goodwill_notice"`
	Reason     *string `json:"validity_reason"`
	UsedUpAt   *string `json:"used_up_at"`
	UsedUp     *string `json:"used_up_reason"`
	Used       int     `json:"activations_used"`
	Allowed    int     `json:"activations_allowed"`
	Serial     int     `json:"serial"`
}

func floorAnswerFor(in floorRequest) floorAnswer {
	a := floorAnswer{
		LicenseKey: in.TokenKey, TokenKey: in.TokenKey, ClientID: in.ClientID, ClientName: "Bench", ProductID: in.ProductID, ProductName: "Bench",
		TemplateName: "Bench", TemplateID: in.ProductID, IsActive: true, IsValid: true, VersionValid: true,
		Expiration: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), TokenLimit: 2, Session: 10, Heartbeat: 1, Freeride: 7,
		Features: []any{}, Limitations: []any{}, Variables: []any{}, Constrained: []any{}, Users: []any{}, Created: time.Now().UTC().Truncate(time.Second),
		Used: 1, Allowed: 2, Serial: 2,
	}
	a.Customer.ID, a.Customer.Name, a.Customer.Number = in.ProductID, "customer 0001", "C-0001"
	a.Type.ID, a.Type.Name = in.ProductID, "Perpetual"
	return a
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
