package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// reportsEach is how many devices report at a beat.
const reportsEach = 25

// Gateway passes the reports of the prepaid devices on, as the platform of their maker does.
type Gateway struct {
	BaseURL, AdminKey string

	Lives *Lives // nil for none

	turn int
}

type report struct {
	Device string `json:"device"`
}

// step lets some devices report, one after another, and now and then one that nobody knows.
func (g *Gateway) step(ctx context.Context) error {
	if g.Lives == nil {
		return nil
	}
	known := g.Lives.Reporting()
	if len(known) == 0 {
		return nil
	}
	reports := make([]report, 0, reportsEach+1)
	for range reportsEach {
		g.turn++
		reports = append(reports, report{known[g.turn*7919%len(known)]})
	}
	if g.turn/reportsEach%20 == 3 {
		reports = append(reports, report{"990000269999" + strconv.Itoa(100+g.turn%7)})
	}
	body, err := json.Marshal(map[string]any{"reports": reports})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.BaseURL+"/api/v1/prepaid/reports", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+g.AdminKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusOK && err == nil {
		err = errors.New(answer.Status)
	}
	return errors.Join(err, answer.Body.Close())
}
