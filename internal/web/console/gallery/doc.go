// Package gallery shows every component of the pages in every state, for those
// who work on them: `chancery serve --gallery` mounts it. It holds no data.
package gallery
