package timeline

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"glancecap/timeline/glance"
	"glancecap/timeline/story"
)

// wellCaptures are the recorded captures in which nothing went wrong.
var wellCaptures = []string{"upload-one", "upload-one-tripleo", "attribution-1", "db-proxy", "preping", "sll2", "offload", "vxlan", "tls12", "tls13", "article-again", "lossy", "snap"}

func TestNoRecordedCaptureThatIsWellRaisesAnAlarm(t *testing.T) {
	for _, name := range wellCaptures {
		s := storyOf(t, shared(t, name+"/capture.pcap"))
		for _, d := range s.Diagnoses {
			if d.Severity != "note" {
				t.Errorf("%s: %s %s: %s", name, d.Severity, d.Code, d.Text)
			}
		}
	}
}

func TestUsersWithoutAdminsRightsAreToldAsSurelyAsAdmins(t *testing.T) {
	s := storyOf(t, filepath.Join("..", "fixtures", "recorded", "without-admin", "capture.pcapng.zst"))
	statements, union := 0, false
	for _, st := range s.Statements {
		if st.Service != glance.Glance {
			continue
		}
		statements++
		union = union || strings.Contains(st.Text.String(), " UNION ")
		if st.Call == nil || st.Call.Certainty != "proven" {
			t.Errorf("%s is not proven to be a call's: %s", st.ID, st.Text)
		}
	}
	if statements != 444 || !union {
		t.Errorf("%d statements, a UNION among them: %v", statements, union)
	}
	for _, i := range s.Images {
		for _, c := range i.Row {
			if !slices.Contains(glance.Columns[:], c.Column) {
				t.Errorf("%s: %s is no column of images", i.Name, c.Column)
			}
		}
	}
}

func TestEachRecordedFailureIsToldByItsCause(t *testing.T) {
	s := storyOf(t, shared(t, "failures/capture.pcap"))
	want := map[string][2]string{
		"client-aborts-content-length": {"upload_aborted_by_client", "after 70000 of 300000 bytes"},
		"client-aborts-chunked":        {"upload_aborted_by_client", "the client broke off"},
		"swift-503":                    {"store_error", "Swift answered 503"},
		"swift-down":                   {"store_error", "refused 6 connections"},
		"container-quota":              {"store_full", "Upload exceeds quota"},
		"deleted-while-saving":         {"guard_conflict", "it was deleted, by delete"},
		"second-upload-while-saving":   {"guard_conflict", "from saving to saving"},
		"token-revoked":                {"unauthorized", "was revoked"},
		"object-damaged-in-swift":      {"checksum_mismatch", "written by 172.16.0.10"},
		"no-disk-format":               {"upload_refused", "disk_format, container_format must be set"},
		"location-added":               {"change_refused", "os_hash_value is already set"},
		"left-saving":                  {"upload_open", "saving for"},
	}
	for _, i := range s.Images {
		d := gravest(diagnosesOn(i, s))
		w, bad := want[i.Name]
		switch {
		case !bad && d != nil:
			t.Errorf("%s: %s is told: %s", i.Name, d.Code, d.Text)
		case bad && (d == nil || d.Code != w[0] || !strings.Contains(d.Text, w[1])):
			t.Errorf("%s: %+v, want %s: %s", i.Name, d, w[0], w[1])
		}
	}
	causes := 0
	for _, c := range s.Totals.Causes {
		causes += c.Images
	}
	if causes != len(want) {
		t.Errorf("the totals count %d images with a cause, want %d", causes, len(want))
	}
}

// diagnosesOn gives the diagnoses that a story tells of an image.
func diagnosesOn(i *story.Image, s *story.Story) (list []*story.Diagnosis) {
	for _, d := range s.Diagnoses {
		if slices.Contains(i.Diagnoses, d.ID) {
			list = append(list, d)
		}
	}
	return list
}

func TestTheClientOfTheRecordedUploadWasHeldBecauseOfIdentity(t *testing.T) {
	s := storyOf(t, shared(t, "upload-one/capture.pcap"))
	d := says(t, s, "slow_phase", "note", "77 % of it identity", "held 0.251 s", "frames 1143–1514", "because of identity")
	if d.Image == nil {
		t.Error("it is of no image")
	}
	for _, c := range s.Calls {
		if c.Action != "image.upload" {
			continue
		}
		x := c.Transfer
		if sum := x.Held + x.Network + x.Idle + x.Flowing; x.Held < 0.25 || x.Held > 0.253 || sum-x.Seconds > 1e-9 || x.Seconds-sum > 1e-9 || x.HeldBy.Of("identity") < 0.2 {
			t.Errorf("transfer %+v", x)
		}
	}
}

// slowly is an upload of which the body's second half comes late.
func slowly(pause string) []string {
	return []string{login("worker"), created(), inserted("worker"), commit("worker"),
		"acks on", "client --> glance PUT /v2/images/" + id + "/file HTTP/1.1\n| Host: x\n| Content-Length: 2000\n|\n| @bytes 1000\n",
		saved("worker", "queued", "saving", matchedOne), commit("worker"),
		"+" + pause + " client --> glance bytes 1000", finished()}
}

func TestAClientThatSendsNothingIsBlamedAndAShortPauseIsNot(t *testing.T) {
	says(t, tell(t, slowly("3s")...), "slow_phase", "note", "the client, which sent nothing")
	silent(t, tell(t, slowly("100ms")...), "slow_phase")
}

func TestASizeThatIsNotWhatWasSentIsTold(t *testing.T) {
	with := func(size string) *story.Story {
		return tell(t, then(uploading(), strings.Replace(finished(), "size=NULL", "size="+size, 1))...)
	}
	says(t, with("4000"), "size_mismatch", "error", "sent 5000 bytes, the database says 4000")
	silent(t, with("5000"), "size_mismatch")
}

func TestChangesThatGlanceMakesAreLegal(t *testing.T) {
	silent(t, tell(t, then(uploading(), finished())...), "illegal_transition")
	s := tell(t, then(uploading(), finished(), saved("worker", "active", "queued", matchedOne), commit("worker"))...)
	says(t, s, "illegal_transition", "error", "active → queued")
}
