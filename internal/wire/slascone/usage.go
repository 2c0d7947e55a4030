package slascone

import (
	"encoding/json"
	"net/http"

	"chancery/internal/edge"
	"chancery/internal/entry"
	"chancery/internal/ident"
	"chancery/internal/metering"
	"chancery/internal/refusal"
	"chancery/internal/tx"
)

// maxUsage bounds a reported value, so that a day's sum stays in range.
const maxUsage = 1_000_000_000

type usageBody struct {
	ClientID string  `json:"client_id"`
	TokenKey sentKey `json:"token_key"`
	Values   []struct {
		FeatureID   *ident.UUID `json:"usage_feature_id"`
		FeatureName string      `json:"usage_feature_name"`
		ModuleID    *ident.UUID `json:"usage_module_id"`
		ModuleName  string      `json:"usage_module_name"`
		Value       amount      `json:"value"`
		Timestamp   timestamp   `json:"timestamp_utc"`
	} `json:"usage_heartbeat"`
}

func (q *request) reporter(clientID string, tokenKey sentKey) metering.Reporter {
	clientID = q.id("client_id", clientID)
	return metering.Reporter{
		Vendor: q.principal.Vendor, ClientID: clientID, TokenKey: tokenKey.UUID,
		Address: edge.ClientAddress(q.Context()), Prove: metering.Prove(q.proof()),
	}
}

// usage is POST /data_gathering/usage_heartbeats.
func (a *API) usage(w http.ResponseWriter, r *http.Request) error { return a.report(w, r, false) }

// usageByName is POST /data_gathering/usage_heartbeats_by_name: what it names and
// the product lacks is defined by that.
func (a *API) usageByName(w http.ResponseWriter, r *http.Request) error { return a.report(w, r, true) }

func (a *API) report(w http.ResponseWriter, r *http.Request, byName bool) error {
	var b usageBody
	q, err := read(r, &b)
	if err != nil {
		return err
	}
	who := q.reporter(b.ClientID, b.TokenKey)
	q.list("usage_heartbeat", len(b.Values), maxEntries)
	q.wrong.Check(len(b.Values) > 0, "usage_heartbeat", "is required")
	var all []metering.Report
	for _, v := range b.Values[:min(len(b.Values), maxEntries)] {
		report := metering.Report{Value: int64(v.Value), SaidAt: v.Timestamp.Time}
		if byName {
			q.required("usage_heartbeat.usage_feature_name", v.FeatureName, maxUsageName)
			q.text("usage_heartbeat.usage_module_name", v.ModuleName, maxUsageName)
			report.Feature.Name, report.Module.Name = entry.Composed(v.FeatureName), entry.Composed(v.ModuleName)
		} else {
			report.Feature.ID, report.Module.ID = idOrZero(v.FeatureID), idOrZero(v.ModuleID)
			q.uuid("usage_heartbeat.usage_feature_id", report.Feature.ID)
		}
		q.wrong.Check(v.Value <= maxUsage*1_000_000, "usage_heartbeat.value", "must be at most 1000000000")
		all = append(all, report)
	}
	if err := q.refuse(b.TokenKey); err != nil {
		return err
	}
	return a.store(w, q, who, func(t tx.Tx) (*refusal.Refusal, error) { return a.Usage.Report(t, who, all) })
}

// maxUsageName bounds the names that programs define, in bytes.
const maxUsageName = 200

// analyse is POST /data_gathering/analytical_heartbeats.
func (a *API) analyse(w http.ResponseWriter, r *http.Request) error {
	var b struct {
		ClientID string  `json:"client_id"`
		TokenKey sentKey `json:"token_key"`
		Values   []struct {
			FieldID ident.UUID      `json:"analytical_field_id"`
			Value   json.RawMessage `json:"value"`
		} `json:"analytical_heartbeat"`
	}
	q, err := read(r, &b)
	if err != nil {
		return err
	}
	who := q.reporter(b.ClientID, b.TokenKey)
	q.list("analytical_heartbeat", len(b.Values), maxEntries)
	q.wrong.Check(len(b.Values) > 0, "analytical_heartbeat", "is required")
	var all []metering.Analytical
	for _, v := range b.Values[:min(len(b.Values), maxEntries)] {
		q.uuid("analytical_heartbeat.analytical_field_id", v.FieldID)
		value, number, good := analytical(v.Value)
		q.wrong.Check(good, "analytical_heartbeat.value", "must be a text or a number")
		q.text("analytical_heartbeat.value", value, maxText)
		all = append(all, metering.Analytical{Field: v.FieldID, Value: value, IsNumber: number})
	}
	if err := q.refuse(b.TokenKey); err != nil {
		return err
	}
	return a.store(w, q, who, func(t tx.Tx) (*refusal.Refusal, error) { return a.Usage.Analyse(t, who, all) })
}

// analytical reads a value: a JSON text or number, kept as text, a number in one
// spelling. Numbers may be sent as text, and may be below zero.
func analytical(raw json.RawMessage) (value string, number, good bool) {
	var n json.Number
	var s string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", false, false
	case json.Unmarshal(raw, &s) == nil:
		_, err := json.Number(s).Float64()
		return s, err == nil && json.Valid([]byte(s)), true
	case json.Unmarshal(raw, &n) == nil:
		_, err := n.Float64()
		return spelled(n.String()), true, err == nil
	}
	return "", false, false
}

func (a *API) store(w http.ResponseWriter, q *request, who metering.Reporter, fn func(t tx.Tx) (*refusal.Refusal, error)) error {
	if err := a.names(q, ident.UUID{}, who.ClientID, who.TokenKey); err != nil {
		return err
	}
	var refused *refusal.Refusal
	if err := a.Runner.Run(q.Context(), func(t tx.Tx) (err error) {
		refused, err = fn(t)
		return err
	}); err != nil {
		return err
	}
	if refused != nil {
		return a.sendRefusal(w, q, refused)
	}
	a.served(q)
	return a.send(w, q.Request, q.principal, stored)
}
