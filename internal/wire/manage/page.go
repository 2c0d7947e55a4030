package manage

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"chancery/internal/wire/manage/operation"
)

var (
	//go:embed page.html
	pageText string

	//go:embed page.css
	pageStyle []byte
)

// pageView is the API as people read it.
type pageView struct {
	About  []string
	Groups []groupView
	Shapes []shapeView
}

type groupView struct {
	Name       string
	Operations []operationView
}

// Anchor is the name as a link has it.
func (g groupView) Anchor() string { return strings.ReplaceAll(strings.ToLower(g.Name), " ", "-") }

type operationView struct {
	ID, Method, Path, Summary, About string
	Permission                       string
	Status                           int
	Parameters                       []fieldView
	Body, Answer                     string // names of shapes; "" for none
	Fields                           []fieldView
}

type shapeView struct {
	Name   string
	Fields []fieldView
}

type fieldView struct {
	Name, Type, Doc string
	Shape           string // the shape that Type is of, for a link
	Required        bool
}

// render makes the page once: the table does not change while the server runs.
func (a *API) render() ([]byte, error) {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return nil, fmt.Errorf("manage: the page: %w", err)
	}
	view := pageView{About: strings.Split(about, "\n")}
	for _, op := range a.operations {
		if n := len(view.Groups); n == 0 || view.Groups[n-1].Name != op.Group {
			view.Groups = append(view.Groups, groupView{Name: op.Group})
		}
		g := &view.Groups[len(view.Groups)-1]
		g.Operations = append(g.Operations, a.viewOperation(op))
	}
	names := []string{}
	for name := range a.registry.Map() {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		view.Shapes = append(view.Shapes, shapeView{name, fieldsOf(a.registry.Map()[name])})
	}
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		return nil, fmt.Errorf("manage: the page: %w", err)
	}
	return b.Bytes(), nil
}

func (a *API) viewOperation(op operation.Operation) operationView {
	v := operationView{
		ID: op.ID, Method: op.Method, Path: base + op.Path, Summary: op.Summary, About: op.About,
		Permission: string(op.Permission), Status: op.Status,
	}
	for _, q := range op.Queries {
		doc := q.Doc
		if len(q.Enum) > 0 {
			doc = strings.TrimSpace(doc + " (" + strings.Join(q.Enum, ", ") + ")")
		}
		v.Parameters = append(v.Parameters, fieldView{Name: q.Name, Type: typeOf(q.Schema()), Doc: doc})
	}
	if op.In != nil {
		v.Body = a.shape(op.In)
		v.Fields = fieldsOf(a.registry.Map()[v.Body])
	}
	if op.Out != nil {
		v.Answer = a.shape(op.Out)
	}
	return v
}

func (a *API) shape(t reflect.Type) string { return shapeOf(a.registry.Schema(t, true, "")) }

func shapeOf(s *huma.Schema) string {
	if s.Ref == "" && s.Items != nil {
		s = s.Items
	}
	return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
}

// fieldsOf lists an object's fields, the required ones first, then by name.
func fieldsOf(s *huma.Schema) []fieldView {
	fields := make([]fieldView, 0, len(s.Properties))
	for name, p := range s.Properties {
		fields = append(fields, fieldView{
			Name: name, Type: typeOf(p), Doc: docOf(p), Shape: shapeOf(p), Required: slices.Contains(s.Required, name),
		})
	}
	slices.SortFunc(fields, func(a, b fieldView) int {
		if a.Required != b.Required {
			if a.Required {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return fields
}

func typeOf(s *huma.Schema) string {
	name := s.Type
	switch {
	case s.Ref != "":
		name = shapeOf(s)
	case s.Items != nil:
		name = "list of " + typeOf(s.Items)
	case s.Format == "uuid":
		name = "UUID"
	case s.Format == "date-time":
		name = "instant"
	case name == "":
		name = "any JSON"
	}
	if s.Nullable {
		name += " or null"
	}
	return name
}

func docOf(s *huma.Schema) string {
	parts := []string{}
	if s.Description != "" {
		parts = append(parts, s.Description)
	}
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i] = fmt.Sprint(e)
		}
		parts = append(parts, "one of "+strings.Join(words, ", "))
	}
	number := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	if s.Minimum != nil && s.Maximum != nil {
		parts = append(parts, number(s.Minimum)+" to "+number(s.Maximum))
	}
	if s.MaxLength != nil {
		parts = append(parts, "at most "+strconv.Itoa(*s.MaxLength)+" characters")
	}
	return strings.Join(parts, "; ")
}

func (a *API) servePage(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, _ = w.Write(a.page) // the client is gone: nothing left to tell it
	return nil
}

func (a *API) serveStyle(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(pageStyle) // the client is gone: nothing left to tell it
	return nil
}
