package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"chancery/internal/edge"
)

//go:embed assets/*.css assets/*.js assets/*.svg
var assetFiles embed.FS

const assetBase = "/assets/"

// Assets are the files that pages load. Each is served under a name that holds
// the hash of its content, so browsers keep it for good.
type Assets struct {
	byName map[string]*asset // app.css
	byPath map[string]*asset // app.3f9c2b1a.css
}

type asset struct {
	href    string
	kind    string // media type
	content []byte
	zipped  func() ([]byte, error) // compressed the first time
}

// NewAssets reads the embedded files.
func NewAssets() (*Assets, error) {
	a := &Assets{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	files, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		return nil, fmt.Errorf("web: assets: %w", err)
	}
	for _, file := range files {
		content, err := assetFiles.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("web: assets: %w", err)
		}
		sum := sha256.Sum256(content)
		name, ext := path.Base(file), path.Ext(file)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		one := &asset{href: assetBase + hashed, kind: mime.TypeByExtension(ext), content: content}
		one.zipped = sync.OnceValues(func() ([]byte, error) { return zip(content) })
		a.byName[name], a.byPath[hashed] = one, one
	}
	return a, nil
}

func zip(content []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("web: compress an asset: %w", err)
	}
	if _, err := z.Write(content); err != nil {
		return nil, fmt.Errorf("web: compress an asset: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("web: compress an asset: %w", err)
	}
	return b.Bytes(), nil
}

// Href is where an asset is served; it panics on an unknown name, which a test of
// every page would find.
func (a *Assets) Href(name string) string {
	one, ok := a.byName[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return one.href
}

// Routes serves the assets.
func (a *Assets) Routes() []edge.Route {
	s := &edge.Surface{Name: "assets"}
	return []edge.Route{
		{
			Surface: s, Method: http.MethodGet, Path: assetBase + "{file}",
			Public: "style, script and icons of the pages", Handler: a.serve, Light: true,
		},
		{
			Surface: s, Method: http.MethodGet, Path: "/favicon.ico", Public: "browsers ask for it by themselves", Light: true,
			Handler: func(w http.ResponseWriter, r *http.Request) error {
				http.Redirect(w, r, a.Href("mark.svg"), http.StatusFound)
				return nil
			},
		},
	}
}

func (a *Assets) serve(w http.ResponseWriter, r *http.Request) error {
	one, ok := a.byPath[r.PathValue("file")]
	if !ok {
		return edge.NoRoute()
	}
	h := w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := one.content
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		zipped, err := one.zipped()
		if err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the client is gone: nothing left to tell it
	return nil
}
