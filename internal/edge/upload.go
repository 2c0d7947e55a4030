package edge

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"chancery/internal/fault"
)

// Upload reads the one file that a request brings: as the body itself, in the field text
// of a form, or in the field file of one. memory is how much of a form is held.
func Upload(r *http.Request, memory int64) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return nil, unreadUpload(err)
		}
		return []byte(r.PostForm.Get("text")), nil
	case "multipart/form-data":
		files, err := UploadedFiles(r, memory)
		if err != nil {
			return nil, err
		}
		if text := r.FormValue("text"); text != "" {
			files = append(files, UploadedFile{Text: []byte(text)})
		}
		if len(files) != 1 {
			return nil, fault.Wrong(fault.Field{Name: "file", Message: "must be one file: that which the program has made"})
		}
		return files[0].Text, nil
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadUpload(err)
	}
	return text, nil
}

// UploadedFile is one file of a form.
type UploadedFile struct {
	Name string // as the browser tells it, without its folder
	Text []byte
}

// UploadedFiles reads the files of a form's field file; those that are empty are left out.
func UploadedFiles(r *http.Request, memory int64) (files []UploadedFile, err error) {
	if err := r.ParseMultipartForm(memory); err != nil { //nolint:gosec // the edge bounds the body
		return nil, unreadUpload(err)
	}
	for _, header := range r.MultipartForm.File["file"] {
		text, err := uploaded(header)
		if err != nil {
			return nil, unreadUpload(err)
		}
		if len(text) > 0 { // a field that was left empty
			files = append(files, UploadedFile{header.Filename, text})
		}
	}
	return files, nil
}

func uploaded(header *multipart.FileHeader) ([]byte, error) {
	file, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

func unreadUpload(err error) error {
	if known, ok := errors.AsType[*fault.Error](err); ok {
		return known // of the edge: the body did not come whole
	}
	return &fault.Error{Kind: fault.Invalid, Code: "form_unreadable", Message: "The upload could not be read.", Help: "Send it again.", Cause: err}
}
