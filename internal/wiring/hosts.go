package wiring

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"time"

	"chancery/internal/budget"
	"chancery/internal/edge"
	"chancery/internal/fault"
	"chancery/internal/recheck"
	"chancery/internal/vendors"
	"chancery/internal/web"
	"chancery/internal/web/offlineportal"
	"chancery/internal/web/portal"
)

// hosted are the faces that are served on hosts of vendors' own.
var hosted = []string{portal.Name, offlineportal.Name} //nolint:gochecknoglobals // a list that never changes

// everywhere is what is served on these hosts beside the faces: what browsers load, and
// whom to tell of faults.
func everywhere(path string) bool {
	return strings.HasPrefix(path, "/assets/") || path == "/.well-known/security.txt"
}

// isHealth reports whether a path is for load balancers, which call by whatever name.
func isHealth(path string) bool { return path == "/healthz" || path == "/readyz" }

// Hosts tells the requests to the server's own names from those to hosts of vendors'.
type Hosts struct {
	own   []string
	all   bool                                                // the server does not know its own name, so it has every name that is no vendor's
	known *recheck.Cache[struct{}, map[string]vendors.Served] // all of them: names that somebody makes up cost nothing
}

// atVendor is what a host serves.
type atVendor struct{ vendors.Served }

// NewHosts makes it.
func NewHosts(r *Rooms, s Site) *Hosts {
	read := func(ctx context.Context, _ struct{}) (map[string]vendors.Served, error) {
		return r.VendorRows.ServedHosts(ctx)
	}
	return &Hosts{own: s.names(), all: s.PublicURL == nil, known: recheck.NewCache(r.Watch, read)}
}

// names are the server's own.
func (s Site) names() (all []string) {
	if s.PublicURL != nil {
		all = append(all, foldHost(s.PublicURL.Host))
	}
	for _, name := range s.OwnHosts {
		all = append(all, foldHost(name))
	}
	return all
}

// foldHost is a host as names are compared: without a port, in small letters.
func foldHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isNobodys reports whether no vendor can have a name: an address, or a name without a
// dot, by which proxies and checks reach the server from inside.
func isNobodys(name string) bool {
	_, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil || !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost")
}

// Admit implements edge.Config.Host.
func (h *Hosts) Admit(w http.ResponseWriter, r *http.Request) (*http.Request, error) {
	if isHealth(r.URL.Path) {
		return r, nil
	}
	name := foldHost(r.Host)
	if isNobodys(name) || slices.Contains(h.own, name) {
		return r, nil
	}
	known, err := h.known.Get(r.Context(), struct{}{})
	if err != nil {
		return nil, err
	}
	at, serves := known[name]
	switch {
	case serves:
		return atVendor{at}.admit(w, r, name)
	case h.all:
		return r, nil
	}
	return nil, &fault.Error{
		Kind: fault.Misdirected, Code: "unknown_host", Message: "Nothing is served under this host name.",
		Help: "Check the address. Whoever runs the server names its hosts with --public-url and --own-host.",
	}
}

// admit gives a request as the routes of the vendor's faces know it. Nothing else is there.
func (a atVendor) admit(w http.ResponseWriter, r *http.Request, name string) (*http.Request, error) {
	asked := path.Clean("/" + r.URL.Path)
	if strings.Contains(strings.ToLower(r.URL.EscapedPath()), "%2f") {
		return nil, edge.NoRoute() // the routes would read the address in another way than it is judged here
	}
	first, rest, below := strings.Cut(asked[1:], "/")
	switch {
	case everywhere(asked) && asked == r.URL.Path:
		return r, nil
	case asked == "/":
		return nil, a.lead(w, r, faceOf(a.Opens))
	case !slices.Contains(hosted, first):
		return nil, edge.NoRoute()
	case !below && !strings.HasSuffix(r.URL.Path, "/"):
		return nil, a.lead(w, r, first)
	}
	to := "/" + first + "/" + a.Slug + "/" + rest
	if rest != "" && strings.HasSuffix(r.URL.Path, "/") {
		to += "/"
	}
	return web.OnHost(r, name, to), nil
}

// faceOf is the face that a host opens first.
func faceOf(o vendors.Opens) string {
	if o == vendors.OpensFiles {
		return offlineportal.Name
	}
	return portal.Name
}

// lead leads to a face's first page.
func (atVendor) lead(w http.ResponseWriter, r *http.Request, face string) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return edge.NoRoute()
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/"+face+"/", http.StatusSeeOther) //nolint:gosec // face is one of hosted
	return nil
}

// dns is the process' resolver.
type dns struct{ *net.Resolver }

// TXT implements vendors.Resolver.
func (d dns) TXT(ctx context.Context, name string) ([]string, error) {
	records, err := d.LookupTXT(ctx, name+".") // a name in full: no search list is tried
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return nil, nil
	}
	return records, err
}

// NewVendorHosts makes the service of vendors' own host names. Without a resolver the
// process' own is asked.
func (r *Rooms) NewVendorHosts(s Site, resolver vendors.Resolver) (*vendors.Hosts, error) {
	if resolver == nil {
		resolver = dns{net.DefaultResolver}
	}
	looks, err := budget.New(budget.Config{
		Clock: r.Clock.Real, Burst: 20, Every: 15 * time.Second,
		Code: "too_many_checks", Message: "DNS was asked many times in a short while.", Help: "Wait, and check again.",
	})
	if err != nil {
		return nil, err
	}
	own := s.names()
	return vendors.NewHosts(vendors.HostsConfig{
		Store: r.VendorRows, Reader: r.VendorRows, Resolver: resolver, Runner: r.DB, IDs: r.IDs, Looks: looks,
		Own: func(host string) bool { return isNobodys(host) || slices.Contains(own, host) },
	})
}
