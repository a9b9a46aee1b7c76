package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// SchemaNames are the outputs that Schema knows, by the names of the commands
// that print them.
var SchemaNames = []string{"timeline", "info", "records", "statements", "comparison"}

// Schema writes the JSON Schema (json-schema.org, draft 2020-12) of a command's
// output; of `records` it is that of one line. It follows the structs that are
// printed, so that it cannot drift from them.
func Schema(w io.Writer, name string) error {
	s := schemas{defined: make(map[string]any)}
	var root map[string]any
	switch name {
	case "info":
		root = s.object(reflect.TypeFor[story.Survey]())
	case "statements":
		root = s.object(reflect.TypeFor[story.Digest]())
	case "comparison":
		root = s.object(reflect.TypeFor[story.Contrast]())
	case "records":
		root = map[string]any{"anyOf": []any{
			s.line("http", reflect.TypeFor[record.HTTP]()), s.line("mysql", reflect.TypeFor[mysqlLine]()),
			s.line("mysql.login", reflect.TypeFor[record.Login]()), s.line("tls", reflect.TypeFor[record.TLS]()),
			s.line("stream", reflect.TypeFor[record.Stream]()),
			// Those of --for timeline.
			s.line("run", reflect.TypeFor[record.Run]()), s.line("capture", reflect.TypeFor[record.Capture]()),
			s.line("connection", reflect.TypeFor[record.Connection]()), s.line("refusal", reflect.TypeFor[record.Refusal]()),
			s.line("books", reflect.TypeFor[record.Books]()),
		}}
	default:
		root = s.object(reflect.TypeFor[story.Story]())
	}
	root["$schema"], root["title"] = "https://json-schema.org/draft/2020-12/schema", "glancecap "+name
	root["$defs"] = s.defined
	var page bytes.Buffer
	if err := json.Indent(&page, newEncoder(false).append(nil, root), "", "  "); err != nil {
		return err
	}
	page.WriteByte('\n')
	_, err := page.WriteTo(w)
	return err
}

// schemas gathers the schemas of named structs.
type schemas struct{ defined map[string]any }

// named are the schemas of types whose JSON is not that of their Go kind.
var named = map[reflect.Type]map[string]any{
	reflect.TypeFor[story.Time]():      {"type": []string{"string", "null"}, "format": "date-time"},
	reflect.TypeFor[record.Time]():     {"type": []string{"string", "null"}, "format": "date-time"},
	reflect.TypeFor[story.Number]():    {"type": []string{"number", "null"}},
	reflect.TypeFor[record.Duration](): {"type": []string{"number", "null"}},
	reflect.TypeFor[record.Count]():    {"type": []string{"integer", "null"}},
	reflect.TypeFor[story.Text]():      {"type": "string"},
	reflect.TypeFor[story.Raw]():       {},
	reflect.TypeFor[record.Value]():    {},
	reflect.TypeFor[record.Marks]():    {"type": "array", "items": map[string]any{"type": "string"}},
	reflect.TypeFor[record.Names]():    {"type": []string{"array", "null"}, "items": map[string]any{"type": []string{"string", "null"}}},
	reflect.TypeFor[record.Status]():   {"type": []string{"array", "null"}, "items": map[string]any{"type": "string"}},
	reflect.TypeFor[story.Jump](): {"type": []string{"object", "null"}, "required": []string{"filter", "command"}, "properties": map[string]any{
		"filter": map[string]any{"type": "string"}, "command": map[string]any{"type": "string"}}},
	reflect.TypeFor[story.Shares](): {"type": []string{"object", "null"}, "additionalProperties": map[string]any{"type": []string{"number", "null"}}},
	reflect.TypeFor[story.Row]():    {"type": "object", "additionalProperties": map[string]any{"type": []string{"string", "null"}}},
}

// of gives the schema of a type; that of a struct is a reference.
func (s *schemas) of(t reflect.Type) map[string]any {
	if schema, ok := named[t]; ok {
		return schema
	}
	if t.Implements(few) {
		return s.of(listType(t))
	}
	switch t.Kind() {
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint16, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{s.of(t.Elem()), map[string]any{"type": "null"}}}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": s.of(t.Elem())}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": []string{"string", "null"}, "contentEncoding": "base64"}
		}
		return map[string]any{"type": []string{"array", "null"}, "items": s.of(t.Elem())}
	case reflect.Struct:
		if _, ok := s.defined[t.Name()]; !ok {
			s.defined[t.Name()] = true // a struct that holds itself finds this
			s.defined[t.Name()] = s.object(t)
		}
		return map[string]any{"$ref": "#/$defs/" + t.Name()}
	}
	return map[string]any{}
}

// line gives the schema of a line of records of a type.
func (s *schemas) line(kind string, t reflect.Type) map[string]any {
	schema := s.of(t)
	schema["properties"] = map[string]any{
		"type":          map[string]any{"const": kind},
		"shows_secrets": map[string]any{"type": "boolean"}, // of the first line (NewLines)
	}
	return schema
}

// object gives the schema of a struct. Further fields are allowed: adding one
// is no new version.
func (s *schemas) object(t reflect.Type) map[string]any {
	properties, required := make(map[string]any), []string{}
	for _, f := range newEncoder(false).fields(t, nil) {
		properties[f.name] = s.of(f.of)
		if !f.omitEmpty {
			required = append(required, f.name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}
