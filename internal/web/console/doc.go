// Package console owns what the areas of the console share: its face, its
// navigation, the choice of light and dark, and the gallery of components.
//
// Each area (overview, catalog, licenses, customers, ...) is a package below this
// one with pages of its own: a Config of small interfaces, New, and Routes. Areas
// do not import each other; how things of the trade look and where their pages
// are is in show. Only wiring calls them.
package console
