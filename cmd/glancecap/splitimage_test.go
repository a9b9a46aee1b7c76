package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// listed is a manifest.
type listed struct {
	Pieces []struct {
		File    string
		Packets int
		Streams []int
		Images  []string
	}
}

// readManifest reads a manifest.
func readManifest(t *testing.T, path string) (m listed) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAPieceByImageIsWhatExtractWritesOfIt(t *testing.T) {
	const most = 4 // images of each capture, and the last one
	for n, capture := range captures(t) {
		ids := readStory(t, nil, capture).ids()
		for _, format := range []string{".pcap", ".pcapng"}[:1+n%2] {
			folder := t.TempDir()
			list := filepath.Join(folder, "x.json")
			ran(t, nil, "split", "-q", "--no-sync", "--by", "image", "--manifest", list, capture, filepath.Join(folder, "x"+format))
			pieces := readManifest(t, list).Pieces
			if len(pieces) != len(ids) {
				t.Errorf("%s: %d pieces of %d images", capture, len(pieces), len(ids))
			}
			for k, piece := range pieces {
				if len(piece.Images) != 1 || !slices.Contains(ids, piece.Images[0]) {
					t.Errorf("%s: %s is of images %v", capture, piece.File, piece.Images)
				} else if k < most || k == len(pieces)-1 {
					want := filepath.Join(t.TempDir(), "x"+format)
					ran(t, nil, "extract", "-q", "--image", piece.Images[0], capture, "-w", want)
					sameFile(t, filepath.Join(folder, piece.File), want)
				}
			}
		}
	}
}

// sameFile compares files byte by byte.
func sameFile(t *testing.T, got, want string) {
	t.Helper()
	a, err := os.ReadFile(got)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("%s has %d bytes, %s %d, or other ones", got, len(a), want, len(b))
	}
}

func TestTheManifestOfPiecesByImageTellsTheirStories(t *testing.T) {
	capture := "../../fixtures/upload-one/capture.pcap.zst"
	shared := "../../../shared/captures/same-image/capture.pcap"
	for _, capture := range []string{capture, shared} {
		if _, err := os.Stat(capture); err != nil {
			t.Logf("skipped: %s is not here", capture)
			continue
		}
		folder := t.TempDir()
		list := filepath.Join(folder, "x.json")
		ran(t, nil, "split", "-q", "--no-sync", "--by", "image", "--compress", "zst", "--manifest", list, capture, filepath.Join(folder, "x.pcap"))
		got, want := readStory(t, nil, list), readStory(t, nil, capture)
		if !reflect.DeepEqual(got.ids(), want.ids()) {
			t.Errorf("%s: images %v, want %v", capture, got.ids(), want.ids())
		}
		for _, id := range want.ids() {
			mustTell(t, list, id, got.of(id), want.of(id))
		}
		if got.Accounting.Packets["duplicate"] > want.Accounting.Packets["duplicate"] {
			t.Errorf("%s: packets that stand in several pieces are read as %v", capture, got.Accounting.Packets)
		}
	}
}

// spoken is where the calls and statements of images stand.
type spoken struct {
	Images            []struct{ ID string }
	Calls, Statements []struct {
		Image       *string
		Stream      int
		First, Last int
	}
}

// imagesIn gives the images of which a capture's story has a call or a statement
// that fits.
func (s *spoken) imagesIn(fits func(stream, first, last int) bool) (ids []string) {
	told := func(id string) bool {
		return slices.ContainsFunc(s.Images, func(i struct{ ID string }) bool { return i.ID == id })
	}
	for _, x := range append(s.Calls, s.Statements...) {
		if x.Image != nil && told(*x.Image) && fits(x.Stream, x.First, x.Last) && !slices.Contains(ids, *x.Image) {
			ids = append(ids, *x.Image)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestAManifestTellsWhichImagesAPieceHolds(t *testing.T) {
	for _, capture := range captures(t) {
		var s spoken
		text := ran(t, nil, "timeline", "--format", "json", capture)
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte(`"first_frame"`), []byte(`"First"`)), []byte(`"last_frame"`), []byte(`"Last"`))
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		list := filepath.Join(t.TempDir(), "x.json")
		cutInto(t, capture, "--by", "connection", "--pieces", "4", "--manifest", list)
		for _, p := range readManifest(t, list).Pieces {
			slices.Sort(p.Images)
			if want := s.imagesIn(func(stream, _, _ int) bool { return slices.Contains(p.Streams, stream) }); !slices.Equal(p.Images, want) {
				t.Errorf("%s: %s holds the images %v, want %v", capture, p.File, p.Images, want)
			}
		}
		cutInto(t, capture, "-c", "100", "--manifest", list, "--force")
		for n, p := range readManifest(t, list).Pieces {
			from, to := n*100+1, n*100+p.Packets
			for _, id := range s.imagesIn(func(_, first, last int) bool { return from <= first && first <= to || from <= last && last <= to }) {
				if !slices.Contains(p.Images, id) {
					t.Errorf("%s: %s holds a call or statement of %s, and does not say so", capture, p.File, id)
				}
			}
			around := s.imagesIn(func(_, first, last int) bool { return first <= to && last >= from })
			for _, id := range p.Images {
				if !slices.Contains(around, id) {
					t.Errorf("%s: %s says that it holds %s, which nobody speaks of there", capture, p.File, id)
				}
			}
		}
	}
}
