package story

import "testing"

func TestAJumpLeadsToTheFramesOfItsOwnFile(t *testing.T) {
	one, two := 0, 1
	single, several := []Capture{{Path: "x.pcap"}}, []Capture{{Path: "a.pcap"}, {Path: "b it's.pcap"}}
	for _, x := range []struct {
		jump            Jump
		filter, command string
	}{
		{NewJump(single, nil, 3, 5, 9), "frame.number >= 5 && frame.number <= 9 && tcp.stream == 3", "tshark -r x.pcap -Y 'frame.number >= 5 && frame.number <= 9 && tcp.stream == 3'"},
		{NewJump(single, nil, 3, 5, 5), "frame.number == 5 && tcp.stream == 3", "tshark -r x.pcap -Y 'frame.number == 5 && tcp.stream == 3'"},
		{NewJump(single, nil, -1, 5, 0), "frame.number == 5", "tshark -r x.pcap -Y 'frame.number == 5'"},
		// Streams are counted over all files of a run, and Wireshark opens one.
		{NewJump(several, &two, 3, 5, 9), "frame.number >= 5 && frame.number <= 9", `tshark -r 'b it'\''s.pcap' -Y 'frame.number >= 5 && frame.number <= 9'`},
		{NewJump(several, &one, 3, 5, 9), "frame.number >= 5 && frame.number <= 9", "tshark -r a.pcap -Y 'frame.number >= 5 && frame.number <= 9'"},
		{NewJump([]Capture{{Path: "-x"}}, nil, 3, 5, 5), "frame.number == 5 && tcp.stream == 3", "tshark -r ./-x -Y 'frame.number == 5 && tcp.stream == 3'"},
		{NewJump(single, nil, 3, 0, 0), "", ""},
		{NewJump(nil, nil, 3, 5, 5), "", ""},
	} {
		if x.jump.Filter() != x.filter || x.jump.Command() != x.command {
			t.Errorf("%+v: %s, %s", x.jump, x.jump.Filter(), x.jump.Command())
		}
	}
	if b, err := (Jump{}).MarshalJSON(); err != nil || string(b) != "null" {
		t.Errorf("%s, %v", b, err)
	}
}

func TestAWordIsQuotedForAShellWhereItNeedsIt(t *testing.T) {
	for word, want := range map[string]string{"a/b_c-1.pcap": "a/b_c-1.pcap", "": "''", "a b": "'a b'", "$(x)": "'$(x)'", "it's": `'it'\''s'`, "~": "'~'", "ä": "'ä'"} {
		if got := Quoted(word); got != want {
			t.Errorf("%q became %s, want %s", word, got, want)
		}
	}
}
