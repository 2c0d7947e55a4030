package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"chancery/internal/language"
	"chancery/internal/visible"
)

//go:embed templates/*.html pages/*.html
var sharedTemplates embed.FS

// View is one page's template, and the struct that it shows.
type View struct {
	File string
	Type reflect.Type // a pointer to the page's struct

	read func(l *language.Language) (*template.Template, error)
}

// Template reads the template in a language, the first time: a server starts with none,
// and holds those of the pages that somebody opens.
func (v *View) Template(l *language.Language) (*template.Template, error) { return v.read(l) }

// base is the layout and the components, and the face's own files.
type base struct {
	shared  func() (*template.Template, error)
	files   fs.FS
	problem *View
}

// newBase prepares the shared templates.
func newBase(a *Assets) (*base, error) {
	b := &base{files: sharedTemplates, shared: sync.OnceValues(func() (*template.Template, error) {
		return template.New("shared").Funcs(funcs(a)).ParseFS(sharedTemplates, "templates/*.html")
	})}
	var err error
	b.problem, err = b.view("problem.html", reflect.TypeFor[*problemPage]())
	return b, err
}

// with adds an area's files. Those whose names begin with "_" are its components.
func (b *base) with(files fs.FS) (*base, error) {
	own, err := fs.Glob(files, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return &base{files: files, problem: b.problem, shared: sync.OnceValues(func() (*template.Template, error) {
		shared, err := b.clone()
		if err == nil && len(own) > 0 {
			shared, err = shared.ParseFS(files, own...)
		}
		return shared, err
	})}, nil
}

func (b *base) clone() (*template.Template, error) {
	shared, err := b.shared()
	if err != nil {
		return nil, err
	}
	return shared.Clone()
}

// view prepares one page: a file of the face, or one of the shared pages.
func (b *base) view(file string, of reflect.Type) (*View, error) {
	from, name := b.files, "templates/"+file
	if _, err := fs.Stat(from, name); err != nil {
		from, name = sharedTemplates, "pages/"+file
	}
	if _, err := fs.Stat(from, name); err != nil {
		return nil, fmt.Errorf("web: there is no template %s: %w", file, err)
	}
	return &View{File: file, Type: of, read: eachOnce(func(l *language.Language) (*template.Template, error) {
		t, err := b.clone()
		if err != nil {
			return nil, fmt.Errorf("web: template %s: %w", file, err)
		}
		source, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("web: template %s: %w", file, err)
		}
		if t, err = t.Funcs(spokenFuncs(l)).New(file).Parse(string(source)); err != nil {
			return nil, fmt.Errorf("web: template %s: %w", file, err)
		}
		return t.Lookup("layout"), nil
	})}, nil
}

// eachOnce makes a template once in each language.
func eachOnce(read func(l *language.Language) (*template.Template, error)) func(l *language.Language) (*template.Template, error) {
	var made sync.Map // of functions, by language
	return func(l *language.Language) (*template.Template, error) {
		once, _ := made.LoadOrStore(l.Code(), sync.OnceValues(func() (*template.Template, error) { return read(l) }))
		return once.(func() (*template.Template, error))() //nolint:forcetypeassert // nothing else is stored
	}
}

func funcs(a *Assets) template.FuncMap {
	all := spokenFuncs(nil)
	maps.Copy(all, template.FuncMap{
		"asset": a.Href,
		"icon": func(name string) template.HTML {
			return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + //nolint:gosec // names are the templates' own
				template.HTMLEscapeString(a.Href("icons.svg")) + "#" + template.HTMLEscapeString(name) + `"/></svg>`)
		},
		"shape":  shapeOf(a),
		"quoted": quoted,
		"add":    func(a, b int) int { return a + b },
	})
	return all
}

// policy allows a page its own style and script, and frames of our own addresses,
// and nothing else. Inline is out.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// writePage shows a page with what the last change said.
func (f *Face) writePage(w http.ResponseWriter, q *Request, status int, v *View, p Chromed) {
	for _, c := range q.cookies {
		http.SetCookie(w, c)
	}
	if c := p.Chrome(); c.Say == nil {
		f.takeFlash(w, q)
		c.Say = q.say
	}
	f.write(w, status, v, p)
}

func (f *Face) write(w http.ResponseWriter, status int, v *View, p Chromed) {
	var b bytes.Buffer
	t, err := v.Template(p.Chrome().Language)
	if err == nil {
		err = t.Execute(&b, p)
	}
	if err != nil {
		// Half a page can't be shown: the edge logs it and answers as for a defect.
		panic(fmt.Errorf("web: show %s: %w", v.File, err))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	if l := p.Chrome().Language; l != nil {
		h.Set("Content-Language", l.Tag())
		h.Add("Vary", "Accept-Language, Cookie")
	}
	if p.Chrome().Camera {
		h.Set("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
	}
	h.Set("Referrer-Policy", "same-origin") // browsers send Origin "null" with forms otherwise
	// Here, because nothing reaches a page by another way: titles, cells, what stands in
	// fields. Forms take the marks back (cleanText).
	page := visible.Bytes(b.Bytes())
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = w.Write(page) // the client is gone: nothing left to tell it
}

// cleanText takes a browser's line ends for ours, and marks for the characters that
// they show. ok is false for what can't be stored.
func cleanText(s string) (string, bool) {
	s = visible.Back(strings.ReplaceAll(s, "\r\n", "\n"))
	return s, utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}

// VendorZone is where the vendor's days begin and end: dates in forms and filters.
func (q *Request) VendorZone() *time.Location {
	if q.Vendor.Zone == "" {
		return time.UTC
	}
	return q.Vendor.Location()
}
