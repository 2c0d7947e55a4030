// Package erasures owns the pages of the console for erasing personal data: whose was
// erased and how far that has come, and the page that begins it.
package erasures
