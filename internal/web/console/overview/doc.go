// Package overview owns the console's first page: what is sold and used in
// figures, and what asks for attention. To a vendor that has nothing yet it shows
// the first steps instead.
package overview
