// Package docs holds the pages of docs/ against the program: what it has is told,
// and what is told it has.
package docs
