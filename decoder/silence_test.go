package decoder_test

import (
	"os"
	"testing"

	"glancecap/decoder/record"
)

// TestWhereACaptureBeginsNothingBehindItIsSilent leaves out the first packets:
// what was asked behind them is told as a record or, where the bytes do not say
// for sure where it begins, counted as what nobody could read.
func TestWhereACaptureBeginsNothingBehindItIsSilent(t *testing.T) {
	tryAll(t, repeats, func(t *testing.T, r *recording) {
		o := options()
		o.ForTimeline = true
		for _, n := range r.everywhere() {
			told, lines := r.readWith(t, o, func(frame int) bool { return frame <= n })
			here := make(map[string]int)
			for _, rec := range told {
				here[r.asks(rec)]++
			}
			counted := unreadable(lines)
			for _, rec := range r.whole.records {
				at := asked(rec)
				if at == nil || r.first[r.segs[at.FirstFrame]] <= n {
					continue
				}
				if here[r.asks(rec)]--; here[r.asks(rec)] < 0 && counted[""]+counted[rec.Header().Client] == 0 {
					t.Errorf("without the first %d: nothing tells of frame %d: %.200s", n, at.FirstFrame, plain(t, rec, true))
				}
			}
		}
	})
}

// everywhere gives how many packets are left out in turn, up to all of them.
func (r *recording) everywhere() (list []int) {
	step := max(1, r.count()/30, r.count()*r.count()/100_000)
	if os.Getenv("GLANCECAP_VARIANTS") != "" {
		step = max(1, r.count()/300)
	}
	for n := 1; n < r.count(); n += step {
		list = append(list, n)
	}
	return list
}

// asks names what was asked: where, and by which command.
func (r *recording) asks(rec record.Record) string {
	what := r.place(rec) + " " + rec.Header().Type
	if m, ok := rec.(*record.MySQL); ok {
		what += " " + m.Command
	}
	return what
}

// unreadable gives how many bytes of a client's connections nobody could read, and
// under "" how many fragments of datagrams were left over.
func unreadable(lines []record.Record) map[string]int64 {
	counted := make(map[string]int64)
	for _, line := range lines {
		switch line := line.(type) {
		case *record.Connection:
			counted[line.Client] += line.Bytes.Undecodable + line.Bytes.Unread
		case *record.Books:
			counted[""] += line.Accounting.Packets.FragmentPending
		}
	}
	return counted
}
