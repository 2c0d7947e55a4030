package server_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"chancery/internal/geo/geotest"
	"chancery/internal/server"
	"chancery/internal/server/servertest"
	"chancery/internal/setup"
)

// A file of places that can't be used stops the start, in one sentence that names it.
func TestAFileOfPlacesThatCantBeUsed(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "none.mmdb")
	for file, want := range map[string]string{missing: "no such file", geotest.Networks(t): "neither countries nor cities"} {
		a, err := server.New(t.Context(), server.Config{
			Storage: servertest.SQLite(t), Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler), GeoFile: file,
		})
		if err == nil {
			t.Errorf("%s was taken: %v", file, a.Stop(context.Background()))
			continue
		}
		if text := err.Error(); !setup.IsWrong(err) || !strings.Contains(text, file) || !strings.Contains(text, want) || !strings.Contains(text, "--geoip") {
			t.Errorf("%s: %v", file, err)
		}
	}
}
