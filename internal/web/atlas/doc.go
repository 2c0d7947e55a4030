// Package atlas owns the map of the world: where a country and a point are on it, and
// which part of it shows some of them. The shapes themselves are the asset world.svg,
// which browsers fetch once; world.txt says where each lies. Both are made by the program
// in convert from a map of the public domain (see NOTICE), by `make assets`.
//
// It knows no devices and draws nothing: that is show's.
package atlas
