package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// fill sets everything that a value holds to something that is not empty.
func fill(v reflect.Value, depth int) {
	if depth > 8 { // a result holds further results
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth+1)
		fill(value, depth+1)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("ä <&> \"x\" \\ \n\t")
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(1582001395993652001)
	case reflect.Uint8, reflect.Uint16, reflect.Uint64:
		v.SetUint(7)
	case reflect.Float64:
		v.SetFloat(0.25)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// same compares two JSON texts by value.
func same(t *testing.T, got, want []byte) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("no JSON: %v\n%.300s", err, got)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTheStorysJSONIsWhatEncodingJSONWouldWrite(t *testing.T) {
	s := new(story.Story)
	fill(reflect.ValueOf(s).Elem(), 0)
	want, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := JSON(&got, s); err != nil {
		t.Fatal(err)
	}
	// The way to a statement's packets is made of its other fields.
	way := newEncoder(false).append(nil, s.Statements[0].Wireshark())
	parts := strings.Split(got.String(), "\n\"tasks\":")
	told := strings.ReplaceAll(parts[0], `,"wireshark":`+string(way)+"}", "}")
	if n := len(parts[0]) - len(told); n != len(s.Statements)*len(`,"wireshark":`+string(way)) {
		t.Errorf("not every statement tells the way to its packets, or not as the last: %s", way)
	}
	same(t, []byte(told+"\n\"tasks\":"+parts[1]), want)
}

func TestRecordsAreWrittenAsEncodingJSONWould(t *testing.T) {
	for _, r := range []record.Record{new(record.HTTP), new(record.MySQL), new(record.Login), new(record.TLS), new(record.Stream), new(record.Books)} {
		for _, filled := range []bool{false, true} {
			if filled {
				fill(reflect.ValueOf(r).Elem(), 0)
			}
			want, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			NewLines(&got, false).Write(r)
			if !strings.HasSuffix(got.String(), "}\n") {
				t.Errorf("%T: no newline at the end", r)
			}
			same(t, got.Bytes(), want)
		}
	}
}

func TestAListThatIsMissingIsEmptyInJSON(t *testing.T) {
	var got bytes.Buffer
	if err := JSON(&got, &story.Story{Images: []*story.Image{{ID: "a"}}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"calls":[]`, `"diagnoses":[]`, `"tags":[]`, `"transitions":[]`} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("%s is not in %s", want, got.String())
		}
	}
}

func TestJSONNeverHoldsWhatATerminalCouldTakeForACommand(t *testing.T) {
	nasty := "a\x1b[2J\x00\x7f\u009b\u202e\u2066\u200e\u2028\xff<b>&\U000e0041日"
	name := nasty
	s := &story.Story{
		Images:   []*story.Image{{ID: nasty, Name: nasty, Row: story.Row{{Column: nasty, Value: &name}}, Locations: []story.Location{{Metadata: story.Raw("{\"\u202e\":\"\u009b\"}")}}}},
		Captures: []story.Capture{{Path: nasty}},
	}
	var got bytes.Buffer
	if err := JSON(&got, s); err != nil {
		t.Fatal(err)
	}
	for _, r := range got.String() {
		if r != '\n' && r < ' ' || dangerous(r) {
			t.Fatalf("%U stands in the JSON", r)
		}
	}
	if !strings.Contains(got.String(), "<b>&") {
		t.Error("< > & are escaped, as for HTML")
	}
	var plain struct{ Images []struct{ Name string } }
	if err := json.Unmarshal(got.Bytes(), &plain); err != nil {
		t.Fatal(err)
	}
	if want := strings.ToValidUTF8(nasty, "\ufffd"); plain.Images[0].Name != want {
		t.Errorf("the name came back as %q, want %q", plain.Images[0].Name, want)
	}
}
