package manage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/edge"
	"chancery/internal/wire/manage/operation"
)

// schemaName: Page[...product] is ProductPage, productCreate is ProductCreate.
func schemaName(t reflect.Type, hint string) string {
	name := strings.TrimSuffix(strings.ReplaceAll(huma.DefaultSchemaNamer(t, hint), "Api", "API"), "Out")
	if rest, ok := strings.CutPrefix(name, "Page"); ok && strings.HasPrefix(t.Name(), "Page[") {
		return rest + "Page"
	}
	return name
}

// The ways to show who calls.
const (
	adminKey    = "admin_key"
	accessToken = "access_token"
)

const about = `The management API of a Chancery server.

Send "Authorization: Bearer" with an admin key, or with a user's own access token where an operation says so.
Bodies are JSON; fields that an operation does not know are refused by name.
Every POST, PATCH and DELETE takes an Idempotency-Key header (1 to 255 printable characters). Within 24 hours ` +
	`the same request under the same key is carried out once and answered alike, and another request under it is refused with 422. Refusals are not kept.
A LastModifiedBy header names the person behind a request in the audit log.
Lists answer {"items": [...], "next_cursor": "..."}; give next_cursor as cursor for the next page, until it is null.
Errors are problem documents (RFC 9457) with a stable code, a sentence in detail, what to do in help, and wrong fields in errors.`

// describe makes the OpenAPI 3.1 document.
func (a *API) describe() ([]byte, error) {
	problem := a.registry.Schema(reflect.TypeFor[edge.Problem](), true, "")
	document := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "Chancery management API", Version: "1", Description: about},
		Components: &huma.Components{
			Schemas: a.registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				adminKey: {Type: "http", Scheme: "bearer", Description: "An admin key of the vendor's: cha_…"},
				accessToken: {
					Type: "http", Scheme: "bearer",
					Description: "A personal access token of a user of the licensing dashboard: cht_…. It opens the licences that are the user's own.",
				},
			},
		},
		Servers:  []*huma.Server{{URL: cmp.Or(strings.TrimSuffix(a.PublicURL, "/"), "/")}}, // "/" is where the document comes from
		Security: []map[string][]string{{adminKey: {}}},
	}
	seen := map[string]bool{}
	for _, op := range a.operations {
		if !seen[op.Group] {
			seen[op.Group] = true
			document.Tags = append(document.Tags, &huma.Tag{Name: op.Group})
		}
		document.AddOperation(a.describeOperation(op, problem))
	}
	for _, op := range a.operations {
		if op.Out != nil {
			a.open(a.registry.Schema(op.Out, true, ""))
		}
		if op.Own != nil && op.Own.Out != nil {
			a.open(a.registry.Schema(op.Own.Out, true, ""))
		}
	}
	a.open(problem)
	b, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("manage: the OpenAPI document: %w", err)
	}
	return append(b, '\n'), nil
}

// open lets what is answered grow: a client must not refuse fields that it does
// not know. What is asked stays closed, and shares no object with it.
func (a *API) open(s *huma.Schema) {
	if s.Ref != "" {
		s = a.registry.SchemaFromRef(s.Ref)
	}
	if closed, is := s.AdditionalProperties.(bool); is && !closed {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		a.open(p)
	}
	if s.Items != nil {
		a.open(s.Items)
	}
}

func (a *API) describeOperation(op operation.Operation, problem *huma.Schema) *huma.Operation {
	described := &huma.Operation{
		Method: op.Method, Path: base + op.Path, OperationID: op.ID, Summary: op.Summary, Tags: []string{op.Group},
		Description: strings.TrimSpace(op.About + "\n\nNeeds the permission " + string(op.Permission) + "."),
		Responses: map[string]*huma.Response{
			"default": {
				Description: "a problem", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}},
			},
		},
	}
	if op.Own != nil {
		described.Security = []map[string][]string{{adminKey: {}}, {accessToken: {}}}
		described.Description += "\n\n" + a.describeOwn(*op.Own)
	}
	if strings.Contains(op.Path, "{id}") {
		described.Parameters = append(described.Parameters, &huma.Param{
			Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"},
		})
	}
	if strings.Contains(op.Path, "{number}") {
		described.Parameters = append(described.Parameters, &huma.Param{
			Name: "number", In: "path", Required: true, Description: "as printed, or in any other writing", Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	for _, q := range op.Queries {
		described.Parameters = append(described.Parameters, &huma.Param{Name: q.Name, In: "query", Description: q.Doc, Schema: q.Schema()})
	}
	if op.Method != http.MethodGet {
		most := 255
		described.Parameters = append(described.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "carry this request out once, however often it is sent",
			Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &most},
		})
	}
	if op.In != nil {
		described.RequestBody = &huma.RequestBody{
			Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: a.registry.Schema(op.In, true, "")}},
		}
	}
	if op.IsUpload {
		file := &huma.Schema{Type: huma.TypeString, Format: "binary"}
		described.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}},
			"multipart/form-data": {Schema: &huma.Schema{
				Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": file}, Required: []string{"file"},
			}},
		}}
	}
	done := &huma.Response{Description: http.StatusText(op.Status)}
	if op.Out != nil {
		done.Content = map[string]*huma.MediaType{"application/json": {Schema: a.registry.Schema(op.Out, true, "")}}
	}
	if op.IsCSV {
		done.Content = map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}
	}
	if op.IsUpload {
		done.Content["application/octet-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
	if op.IsFile {
		done.Content = map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	}
	described.Responses[strconv.Itoa(op.Status)] = done
	return described
}

// describeOwn tells what a call does for an access token.
func (a *API) describeOwn(own operation.Operation) string {
	text := "With an access token: " + own.About
	names := make([]string, 0, len(own.Queries))
	for _, q := range own.Queries {
		names = append(names, q.Name)
	}
	if len(names) > 0 {
		text += " Parameters: " + strings.Join(names, ", ") + "."
	}
	if own.Out != nil {
		name := strings.TrimPrefix(a.registry.Schema(own.Out, true, "").Ref, "#/components/schemas/")
		text += " The answer is " + name + "."
	}
	return text
}

func (a *API) serveDocument(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
	_, _ = w.Write(a.document) // the client is gone: nothing left to tell it
	return nil
}
