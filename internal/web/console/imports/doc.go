// Package imports owns the pages of files that are brought in: the upload, the
// preview with what is wrong line by line, the progress, and the report.
package imports
