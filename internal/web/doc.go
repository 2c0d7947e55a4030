// Package web owns what all pages share: the layout, the components, forms,
// lists, charts, the assets, and how a page is served.
//
// A page is a Go struct that embeds Page, and a template checked against it in a
// test. Every page works without script: filters, paging and sorting are links and
// GET forms, changes are POST forms that end in a redirect. Script (htmx, app.js)
// makes the same requests feel instant and is served from here like the style:
// the policy of every page allows nothing inline and no other host.
//
// A face is a family of pages below /name/{vendor}; its areas are packages below
// one of its own (console). Package show has how things of the trade look in all
// of them, entrance and account have coming in and one's own account. A face says
// where its pages of things are (Places). Areas read through small interfaces that
// stores implement, and write through rooms' services. Only wiring calls them. Nothing here imports a store or wire.
package web
