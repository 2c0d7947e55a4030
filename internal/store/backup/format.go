package backup

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
)

// Format is the first line's format: the file is gzip of lines of JSON.
const Format = "chancery-backup/1"

// header is the first line.
type header struct {
	Format  string `json:"format"`
	Schema  int64  `json:"schema"`
	Created string `json:"created"`
	Engine  string `json:"engine"` // where it came from; for people
}

// section begins a table's rows, each a JSON array on a line of its own.
type section struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

// trailer is the last line: without it the file was cut off.
type trailer struct {
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"` // of all lines before
}

// appendRow appends a row: null, whole numbers, texts, and bytes as {"b":"base64"}.
func appendRow(b []byte, values []any) ([]byte, error) {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		switch v := v.(type) {
		case nil:
			b = append(b, "null"...)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case []byte:
			b = append(b, `{"b":"`...)
			b = base64.StdEncoding.AppendEncode(b, v)
			b = append(b, `"}`...)
		case string:
			text, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("a text: %w", err)
			}
			b = append(b, text...)
		default:
			return nil, fmt.Errorf("a column of type %T", v)
		}
	}
	return append(b, "]\n"...), nil
}

func parseRow(line []byte, columns int) ([]any, error) {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil || len(raw) != columns {
		return nil, errDamaged("a row does not fit its table", err)
	}
	values := make([]any, columns)
	for i, v := range raw {
		switch v[0] {
		case 'n':
		case '"':
			var s string
			if err := json.Unmarshal(v, &s); err != nil {
				return nil, errDamaged("a text can't be read", err)
			}
			values[i] = s
		case '{':
			var b struct {
				B []byte `json:"b"`
			}
			if err := json.Unmarshal(v, &b); err != nil {
				return nil, errDamaged("bytes can't be read", err)
			}
			values[i] = b.B
		default:
			n, err := strconv.ParseInt(string(v), 10, 64)
			if err != nil {
				return nil, errDamaged("a number can't be read", err)
			}
			values[i] = n
		}
	}
	return values, nil
}
