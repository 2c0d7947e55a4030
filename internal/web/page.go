package web

import (
	"time"

	"chancery/internal/access"
	"chancery/internal/language"
	"chancery/internal/owners"
)

// Page is what the layout of every page needs. Pages embed it.
type Page struct {
	Title   string   // of the page and the window
	Sub     string   // one line below the title; may be empty
	Badge   *Badge   // beside the title; nil for none
	Crumbs  []Link   // where one is, without the page itself
	Tabs    []Tab    // pages of one thing
	Actions []Action // what one can do here; the first is the main one
	More    []Action // what one can do here less often, in a menu
	Say     *Flash   // what the last change did; nil for nothing
	Refresh string   // address that the page reads itself again from every few seconds; empty for none

	Base   string // address of the face at this vendor: /console/acme
	Vendor string // its name
	Nav    []NavGroup
	Menu   []NavItem // behind the name of who is signed in
	Person *Person   // who is signed in; nil for nobody
	Search string    // address that searches from anywhere; empty where the face has none
	Query  string    // what was searched for

	Theme string         // "light", "dark" or "" to follow the system
	Zone  *time.Location // the viewer's: instants are shown in it
	Now   time.Time

	VendorZone *time.Location // where first and last days begin and end

	TestClock *TestClock // nil where the time is the real one

	Address string // of this page, path and query
	Docs    string // address of the API's documentation; empty where it is not known
	Notices []Notice
	Help    Help
	Camera  bool   // the page may use the camera; no other may
	Brand   *Brand // nil where pages are the server's own

	Language  *language.Language // that the page is in; nil for English
	languages language.Catalogue // that it can be had in

	request *Request // what the page answers; nil where nobody is signed in
}

// TestClock is what every page says of a clock that is not the real one.
type TestClock struct {
	Now   Moment
	Ahead string // "14d"
	Href  string // where it is moved; empty for who may not
}

// Help is where the vendor's people find help.
type Help struct {
	Mail, Web string
	Text      string // of the vendor's branding; on branded pages only
}

// Chrome gives the page that a struct embeds.
func (p *Page) Chrome() *Page { return p }

// Chromed is a page: a pointer to a struct that embeds Page.
type Chromed interface{ Chrome() *Page }

// Person is who is signed in.
type Person struct {
	Name  string
	Email string
	Role  string // as it is called on screen

	RoleAbout string // one sentence on the role

	Language         string        // that they have chosen; empty for none
	CustomerLanguage func() string // of the customer that they belong to; empty for none. Nil where nobody knows

	// Session is the one that the request belongs to, for the pages of the
	// account; the gallery has none.
	Session access.Session

	// Menu is what else stands in the menu behind the name; nil for nothing.
	Menu func(base string) []NavItem

	// Reach is what of the vendor's licences is theirs on the portal, and empty on the
	// console.
	Reach owners.Reach
}

// Initials are one or two letters for the round picture of a person.
func (p Person) Initials() string { return initials(p.Name, p.Email) }

// Link leads somewhere.
type Link struct {
	Label string `json:"label"`
	Href  string `json:"href"`
}

// Tab is one page of a thing that has several.
type Tab struct {
	Label  string
	Href   string
	Active bool
	Count  string // beside the label; empty for none
}

// Action is a button that leads to a page or opens it as a dialogue.
type Action struct {
	Label  string
	Href   string
	Icon   string
	Danger bool
	Dialog bool // opens above the page where there is script
	Post   bool // changes at once, without a page that asks; only for what can be undone
	Plain  bool // never the main button
	Again  bool // with Post: a download, which can be had again
}

// NavGroup is a part of the navigation.
type NavGroup struct {
	Label string // empty for the first
	Items []NavItem
}

// NavItem is one entry of the navigation.
type NavItem struct {
	Label  string
	Href   string
	Icon   string
	Active bool
}

// Notice is a message in a page.
type Notice struct {
	Tone  Tone
	Title string
	Text  string
	Links []Link

	Actions []Action // buttons: what helps
}

// Empty is what a list shows instead of rows.
type Empty struct {
	Icon   string
	Title  string
	Text   string
	Action *Action
}

// Fact is one line of a description list.
type Fact struct {
	Label string
	Cell  Cell
	Hint  string
}

// Stat is one figure of an overview.
type Stat struct {
	Label string
	Value string
	Sub   string
	Tone  Tone // colours the figure; empty for none
	Icon  string
	Href  string
}
