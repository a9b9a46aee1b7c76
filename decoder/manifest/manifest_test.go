package manifest

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"glancecap/decoder/record"
)

// numbered makes frames of numbers.
func numbered(numbers ...int64) *Frames {
	f := new(Frames)
	for _, n := range numbers {
		f.Add(n)
	}
	return f
}

// numbersOf gives the numbers that frames hold.
func numbersOf(f *Frames) []int64 {
	var list []int64
	c := f.Numbers()
	for n, ok := c.Next(); ok; n, ok = c.Next() {
		list = append(list, n)
	}
	return list
}

func TestFramesComeBackAsTheyWereAdded(t *testing.T) {
	for _, numbers := range [][]int64{nil, {1}, {7}, {1, 2, 3}, {1, 3, 5}, {2, 3, 9, 10, 11, 400000}} {
		f := numbered(numbers...)
		if got := numbersOf(f); !slices.Equal(got, numbers) {
			t.Errorf("%v come back as %v", numbers, got)
		}
		var runs []int64
		for first, count := range f.Runs() {
			for n := range count {
				runs = append(runs, first+n)
			}
		}
		if !slices.Equal(runs, numbers) {
			t.Errorf("the runs of %v are %v", numbers, runs)
		}
	}
}

// written is a manifest of two pieces.
func written(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, "1")
	w.Piece(&Piece{File: "a \"b\"", Packets: 3, Bytes: 100, SHA256: "5d31", First: 1, Last: 2e9}, numbered(1, 2, 5).Runs(), slices.Values([]int{0, 4}))
	w.Piece(&Piece{File: "c", Packets: 2, First: record.NoTime, Last: record.NoTime}, numbered(3, 4).Runs(), slices.Values([]int{}))
	if err := w.Close(&Input{Path: "in.pcap", Packets: 5}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAManifestIsReadAsItWasWritten(t *testing.T) {
	text := written(t)
	if !Begins([]byte(text)) || !Begins([]byte(" {\n\t\"schema\" : \"glancecap.split/9\"")) {
		t.Error("it is not recognised")
	}
	if !strings.Contains(text, `"frames":[1,2,3,1]`) || !strings.Contains(text, `"streams":[0,4]`) || !strings.Contains(text, `"first":null`) {
		t.Errorf("it reads %s", text)
	}
	pieces, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(pieces) != 2 || pieces[0].File != `a "b"` || pieces[0].Packets != 3 || !slices.Equal(numbersOf(&pieces[0].Frames), []int64{1, 2, 5}) || !slices.Equal(numbersOf(&pieces[1].Frames), []int64{3, 4}) {
		t.Errorf("it is read as %+v", pieces)
	}
}

func TestWhatIsNoManifestIsRefusedWithItsPlace(t *testing.T) {
	bad := map[string]string{
		`{"schema":"glancecap.split/2"}`:                                                  "its schema is",
		`{"schema":"glancecap.split/1","pieces":[{"file":"a","frames":[1,2,0,1]}]}`:       "do not ascend",
		`{"schema":"glancecap.split/1","pieces":[{"file":"a","frames":[1]}]}`:             "a count is missing",
		`{"schema":"glancecap.split/1","pieces":[{"file":"a","frames":[1,-2]}]}`:          "is no count",
		`{"schema":"glancecap.split/1","pieces":[{"file":"a","frames":[1,9e99]}]}`:        "is no count",
		`{"schema":"glancecap.split/1","pieces":{}}`:                                      "a list was expected",
		`{"schema":"glancecap.split/1","pieces":[{"file":7}]}`:                            "a string was expected",
		`{"schema":"glancecap.split/1","pieces":[{"file":"a","frames":[1,2]`:              "unexpected EOF",
		`{"schema":"glancecap.split/1","later":[[{"x":[]}],7],"pieces":[{"packets":"a"}]`: "a number was expected",
	}
	for _, text := range slices.Sorted(maps.Keys(bad)) {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), bad[text]) || !strings.HasPrefix(err.Error(), "manifest, byte ") {
			t.Errorf("%s\nis refused with %v, want %q", text, err, bad[text])
		}
	}
	for _, text := range []string{"", "{", `{"schema":"glancecap.timeline/1"`, `{"a":"glancecap.split/1"}`, "\xd4\xc3\xb2\xa1"} {
		if Begins([]byte(text)) {
			t.Errorf("%q is taken for a manifest", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"schema":"glancecap.split/1","pieces":[{"file":"a","packets":3,"frames":[1,2,3,1]}]}`)
	f.Add(`{"pieces":[[[{}]]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		pieces, err := Read(strings.NewReader(text))
		for i := range pieces {
			last, budget := int64(0), 1000
			c := pieces[i].Frames.Numbers()
			for n, ok := c.Next(); ok && budget > 0; n, ok = c.Next() {
				if budget--; n <= last {
					t.Fatalf("frame %d follows %d (%v)", n, last, err)
				}
				last = n
			}
		}
	})
}
