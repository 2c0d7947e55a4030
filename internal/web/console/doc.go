// Package console owns what the areas of the console share: its name, its
// navigation, where its pages of things are, and the gallery of components.
//
// Each area (overview, catalog, licenses, customers, ...) is a package below this
// one with pages of its own: a Config of small interfaces, New, and Routes. Areas
// do not import each other; how things of the trade look is in web/show, coming in
// and one's own account are in web/entrance and web/account. Only wiring calls them.
package console
