package record

import "testing"

func TestWhatWasLeftOutIsReadAsItWasWritten(t *testing.T) {
	for _, want := range []LeftOut{
		{},
		{Packets: 3},
		{Packets: 812, Bytes: 5242880, Content: 5241900, Rest: 4096, Until: 1_012_345_678},
		{Packets: 1, Bytes: 2, Content: 2, Until: -5},
	} {
		want.Text = want.Comment(7, "5-8 11")
		got := ParseLeftOut([]byte(want.Text))
		if got == nil || *got != want {
			t.Errorf("%q is read as %+v", want.Text, got)
		}
	}
}

func TestACommentThatIsNoneOrContradictsItselfLeavesNothingOut(t *testing.T) {
	l := LeftOut{Packets: 1, Bytes: 5, Content: 6}
	long := LeftOut{Packets: 1, Bytes: 1 << 40}
	for _, text := range []string{"", "glancecap left out ", "glancecap left out x image bytes of this packet", "left out 3 image bytes of this packet", l.Comment(0, "2"), long.Comment(0, "2")} {
		if got := ParseLeftOut([]byte(text)); got != nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func FuzzLeftOut(f *testing.F) {
	f.Add([]byte("glancecap left out 0 image bytes of this packet, behind it 1 packets with 2 bytes (2 of the image; 0 of its chunk to come) until +-0.000000005 s: frames 2"))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := ParseLeftOut(b)
		if l == nil {
			return
		}
		again := ParseLeftOut([]byte(l.Comment(0, "1")))
		if again == nil || again.Bytes != l.Bytes || again.Until != l.Until || again.Rest != l.Rest {
			t.Fatalf("%q is %+v and then %+v", b, l, again)
		}
	})
}
