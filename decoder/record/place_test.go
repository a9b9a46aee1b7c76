package record

import "testing"

func TestAMessageAndItsWaitsNameTheInputsOfTheirFrames(t *testing.T) {
	span := func(first, last int32) Span { return Span{FirstFrame: 1, LastFrame: 2, In: [2]int32{first, last}} }
	connection := 0
	h := &HTTP{Common: Common{File: &connection}, Request: &HTTPRequest{Span: span(1, 2), Waits: []Wait{{Span: span(1, 1)}, {Span: span(1, 2)}}},
		Response: &HTTPResponse{Span: span(2, 2), Waits: []Wait{{Span: span(2, 2)}}}}
	Place(h)
	if *h.File != 1 {
		t.Errorf("the record is of input %d, its first frame of 1", *h.File)
	}
	number := func(p *int) int {
		if p == nil {
			return -1 // that of the record
		}
		return *p
	}
	for name, x := range map[string]struct {
		s           *Span
		first, last int
	}{
		"request": {&h.Request.Span, -1, 2}, "response": {&h.Response.Span, 2, 2}, "wait in one input": {&h.Request.Waits[0].Span, -1, -1},
		"wait over two": {&h.Request.Waits[1].Span, -1, 2}, "the response's wait": {&h.Response.Waits[0].Span, 2, 2},
	} {
		if first, last := number(x.s.FirstFile), number(x.s.LastFile); first != x.first || last != x.last {
			t.Errorf("%s: inputs %d and %d, want %d and %d", name, first, last, x.first, x.last)
		}
	}
	got := 0
	if EachSpan(h, func(*Span) { got++ }); got != 5 {
		t.Errorf("%d spans are located, of 5", got)
	}
}
