// Package show owns how things of the trade look on the pages of every face: the
// badge of a licence's state, where the page of a licence, customer or device is,
// how a key is written. Every area shows a thing the same way by asking here.
package show
