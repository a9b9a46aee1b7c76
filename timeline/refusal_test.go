package timeline

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
)

// refusalsOf gives the records of refused connections in a conversation.
func refusalsOf(t *testing.T, forTimeline bool, lines string) (list []string) {
	t.Helper()
	c, err := wire.Play(ends + lines)
	if err != nil {
		t.Fatal(err)
	}
	pcap, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	o := decoder.Options{Bounds: bounds.Default(), Stdin: bytes.NewReader(pcap), ForTimeline: forTimeline, After: record.NoTime, Before: record.NoTime}
	err = decoder.Run(context.Background(), []string{"-"}, o, func(r record.Record) {
		if x, ok := r.(*record.Refusal); ok {
			list = append(list, fmt.Sprintf("%s %s %s %d-%d %v", x.Service, x.Client, x.Server, x.FirstFrame, x.LastFrame, x.Unanswered))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestARecordTellsOfAConnectionThatWasRefusedOrNotAnswered(t *testing.T) {
	const between = "172.16.0.19:46002 172.16.0.40:8080"
	for lines, want := range map[string]string{
		"stores --> swift syn\nstores <-- swift rst\n":       "[swift " + between + " 4-5 false]",
		"stores --> swift syn\nstores --> swift syn-again\n": "[swift " + between + " 4-5 true]",
		"stores --> swift syn\n":                             "[]", // an answer may lie behind the capture's end
		"stores --> swift connect\nstores --> swift rst\n":   "[]", // it was accepted
	} {
		if got := fmt.Sprint(refusalsOf(t, true, lines)); got != want {
			t.Errorf("%q: %s, want %s", lines, got, want)
		}
		if got := refusalsOf(t, false, lines); got != nil {
			t.Errorf("%q: only a timeline asks for %s", lines, got)
		}
	}
}
