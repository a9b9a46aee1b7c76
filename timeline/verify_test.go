package timeline

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/timeline/story"
)

// The content of the tests' image: 40 bytes in hexadecimal, as the notation
// has them.
const contentHex = "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 26 27"

func content(from, to int) string {
	b, _ := hex.DecodeString(strings.ReplaceAll(contentHex, " ", ""))
	return string(b[from:to])
}

func hexOf(h hash.Hash, s string) string {
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil))
}

func md5Of(s string) string { return hexOf(md5.New(), s) }

// hexBody is a body of some of the image's bytes.
func hexBody(from, to int) string {
	words := strings.Fields(contentHex)[from:to]
	return "@hex " + strings.Join(words, " ")
}

// sends is what the client sends, faults and all.
func sends(faults, body string, headers ...string) string {
	return message("client --> glance "+faults+"PUT /v2/images/"+id+"/file HTTP/1.1", body, append([]string{"Host: x", "Content-Type: application/octet-stream", token}, headers...))
}

// activated is the row as Glance writes it at the end of an upload.
func activated(size int, checksum, algorithm, value string) string {
	return query("worker", fmt.Sprintf("UPDATE images SET updated_at='2020-02-18 04:49:57.046542', id='%[1]s', size=%d, status='active', checksum='%s', os_hash_algo='%s', os_hash_value='%s' WHERE images.id = '%[1]s' AND images.status = 'saving'",
		id, size, checksum, algorithm, value), matchedOne) + commit("worker")
}

func begun() string {
	return login("worker") + created() + inserted("worker") + commit("worker") + saved("worker", "queued", "saving", matchedOne) + commit("worker")
}

func answered() string { return response("client", "glance", "204 No Content", "", req+"1") }

// stores is a PUT to Swift and its answer.
func stores(object, body, etag string) string {
	return request("stores", "swift", "PUT /v1/AUTH_p/glance/"+object, body, "Host: x", token) +
		response("stores", "swift", "201 Created", "", "Etag: "+etag, "X-Trans-Id: tx0123456789abcdef01234-0065d0e0f1")
}

// verified tells a conversation with --verify.
func verified(t *testing.T, lines ...string) *story.Story {
	t.Helper()
	return tellOptions(t, Options{Version: "test", Verify: true}, decoder.Options{ShowSecrets: true, Digests: Digested}, lines...)
}

// checks writes what was compared: "client → glance 40 checksum+ size+".
func checks(i *story.Image) string {
	var lines []string
	for _, k := range i.Verification.Checks {
		words := []string{k.Leg}
		if k.Bytes != nil {
			words = append(words, fmt.Sprint(*k.Bytes))
		}
		for _, c := range k.Against {
			sign := "-"
			if c.OK {
				sign = "+"
			}
			words = append(words, strings.TrimPrefix(c.With, "images.")+sign)
		}
		if k.Why != "" {
			words = append(words, "("+k.Why+")")
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

func wantChecks(t *testing.T, i *story.Image, sum string, want ...string) {
	t.Helper()
	got := "null"
	if i.Verified != nil {
		got = fmt.Sprint(*i.Verified)
	}
	if got != sum {
		t.Errorf("verified is %s, want %s", got, sum)
	}
	if got, want := checks(i), strings.Join(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRightBytesAreVerifiedOnTheirWayToGlanceAndToSwift(t *testing.T) {
	all := content(0, 40)
	s := verified(t, begun(), sends("", hexBody(0, 40), "Content-Length: @"), "stores --> swift connect\n", stores(id, hexBody(0, 40), md5Of(all)),
		activated(40, md5Of(all), "sha512", hexOf(sha512.New(), all)), answered())
	wantChecks(t, only(t, s), "true", "client → glance 40 size+ checksum+ os_hash_value+", "glance → swift 40 ETag+ size+ checksum+ os_hash_value+")
	if codes(s) != "" {
		t.Errorf("diagnoses %s", codes(s))
	}
}

func TestChunkedBytesAreVerifiedWithTheAlgorithmThatTheRowNames(t *testing.T) {
	all := content(0, 40)
	chunks := "@hex 31 32 0d 0a\n| " + hexBody(0, 18) + "\n| @crlf\n| @hex 31 36 0d 0a\n| " + hexBody(18, 40) + "\n| @crlf\n| @hex 30 0d 0a 0d 0a"
	for _, algorithm := range []string{"sha256", "sha3_512"} {
		s := verified(t, begun(), strings.Replace(sends("", chunks, "Transfer-Encoding: chunked"), "| Content-Length: @\n", "", 1),
			activated(40, md5Of(all), algorithm, hexOf(sha256.New(), all)), answered())
		want := "client → glance 40 size+ checksum+ os_hash_value+"
		if algorithm != "sha256" {
			want = "client → glance 40 size+ checksum+ (os_hash_algo sha3_512 is none that is made here (md5, sha256, sha512))"
		}
		wantChecks(t, only(t, s), "true", want)
	}
}

func TestWrongBytesAreADiagnosisThatSaysWhereTheyChanged(t *testing.T) {
	all, other := content(0, 40), content(0, 39)+"x"
	hash := hexOf(sha512.New(), all)
	right, wrong := hexBody(0, 40), hexBody(0, 39)+" 78"
	for name, c := range map[string]struct {
		sent, stored, etag string
		size               int
		code, advice       string
	}{
		"before Glance":  {wrong, right, md5Of(all), 40, "checksum_mismatch", "Glance computed another digest"},
		"in Glance":      {right, wrong, md5Of(other), 40, "checksum_mismatch", ""},
		"in Swift":       {right, right, md5Of(other), 40, "checksum_mismatch", ""},
		"nowhere":        {right, right, md5Of(all), 40, "", ""},
		"a smaller size": {right, right, md5Of(all), 39, "size_mismatch", ""},
	} {
		s := verified(t, begun(), sends("", c.sent, "Content-Length: @"), "stores --> swift connect\n", stores(id, c.stored, c.etag), activated(c.size, md5Of(all), "sha512", hash), answered())
		if codes(s) != c.code {
			t.Errorf("changed %s: diagnoses %q, want %q", name, codes(s), c.code)
		}
		if i := only(t, s); i.Verified == nil || *i.Verified != (c.code == "") {
			t.Errorf("changed %s: %s", name, checks(i))
		}
		if c.advice != "" && !strings.Contains(s.Diagnoses[0].Advice, c.advice) {
			t.Errorf("changed %s: %s", name, s.Diagnoses[0].Advice)
		}
	}
}

func TestAByteThatIsNotInTheCaptureMakesVerifyingImpossible(t *testing.T) {
	all := content(0, 40)
	row := activated(5000, md5Of(all), "sha512", hexOf(sha512.New(), all))
	for fault, why := range map[string]string{
		"[drop 3] ":           "bytes are missing in the capture",
		"[mss 1000, drop 4] ": "bytes are missing in the capture",
		"[snap 3 80] ":        "the snap length cut bytes off",
	} {
		s := verified(t, begun(), sends(fault, "@bytes 5000", "Content-Length: @"), row, answered())
		wantChecks(t, only(t, s), "null", "client → glance ("+why+")")
		if codes(s) != "" {
			t.Errorf("%s: diagnoses %s", fault, codes(s))
		}
	}
}

func TestRetransmittedAndLateSegmentsAreDigestedOnceAndInOrder(t *testing.T) {
	plain := verified(t, begun(), sends("[mss 700] ", "@bytes 5000", "Content-Length: @"), activated(5000, "", "", ""), answered())
	want := only(t, plain).Verification.Checks[0].MD5
	if want == "" {
		t.Fatal("no digest was made")
	}
	for _, fault := range []string{"again 3", "late 3", "double 2", "false 3"} {
		s := verified(t, begun(), sends("[mss 700, "+fault+"] ", "@bytes 5000", "Content-Length: @"), activated(5000, "", "", ""), answered())
		if got := only(t, s).Verification.Checks[0].MD5; got != want {
			t.Errorf("%s: MD5 %q, want %q", fault, got, want)
		}
	}
}

func TestSegmentsAreVerifiedEachAndTogetherAndTheirManifestToo(t *testing.T) {
	all := content(0, 40)
	tags := md5Of(content(0, 16)) + md5Of(content(16, 40))
	row := activated(40, md5Of(all), "sha512", hexOf(sha512.New(), all))
	first, second := stores(id+"-00001", hexBody(0, 16), md5Of(content(0, 16))), stores(id+"-00002", hexBody(16, 40), md5Of(content(16, 40)))
	manifest := request("stores", "swift", "PUT /v1/AUTH_p/glance/"+id, "", "Host: x", token, "Content-Length: 0", "X-Object-Manifest: glance/"+id+"-") +
		response("stores", "swift", "201 Created", "", "Etag: "+md5Of("")) +
		request("stores", "swift", "HEAD /v1/AUTH_p/glance/"+id, "", "Host: x", token) +
		strings.Replace(response("stores", "swift", "200 OK", "", `Etag: "`+md5Of(tags)+`"`), "Content-Length: @", "Content-Length: 40", 1)
	upload := sends("", hexBody(0, 40), "Content-Length: @")
	s := verified(t, begun(), upload, "stores --> swift connect\n", first, second, manifest, row, answered())
	wantChecks(t, only(t, s), "true", "client → glance 40 size+ checksum+ os_hash_value+", "glance → swift 16 ETag+", "glance → swift 24 ETag+",
		"glance → swift 40 size+ checksum+ os_hash_value+", "manifest ETag+")

	s = verified(t, begun(), upload, "stores --> swift connect\n", second, manifest, row, answered())
	wantChecks(t, only(t, s), "true", "client → glance 40 size+ checksum+ os_hash_value+", "glance → swift 24 ETag+",
		"glance → swift (not every segment is in the capture, whole and in its order)")
}

func TestADownloadOfOtherBytesIsTold(t *testing.T) {
	all := content(0, 40)
	row := activated(40, md5Of(all), "sha512", hexOf(sha512.New(), all))
	get := func(body string) string {
		return request("client", "glance", "GET /v2/images/"+id+"/file", "", "Host: x", token) +
			response("client", "glance", "200 OK", body, "Content-Md5: "+md5Of(all), "Content-Type: application/octet-stream", req+"3")
	}
	s := verified(t, begun(), row, get(hexBody(0, 40)), get(hexBody(0, 39)+" 00"))
	wantChecks(t, only(t, s), "false", "glance → client 40 Content-Md5+ size+ checksum+ os_hash_value+", "glance → client 40 Content-Md5- size+ checksum- os_hash_value-")
	if codes(s) != "checksum_mismatch" {
		t.Errorf("diagnoses %s", codes(s))
	}
}

func TestWithoutVerifyNothingIsDigestedOrTold(t *testing.T) {
	all := content(0, 40)
	s := tell(t, begun(), sends("", hexBody(0, 39)+" 00", "Content-Length: @"), activated(40, md5Of(all), "sha512", hexOf(sha512.New(), all)), answered())
	if i := only(t, s); i.Verified != nil || i.Verification != nil || codes(s) != "" {
		t.Errorf("verified %v, diagnoses %s", i.Verification, codes(s))
	}
}

// TestRecordedUploadsAreVerified: every upload of the recordings went well as
// far as their daemons say; only the object damaged in Swift differs.
func TestRecordedUploadsAreVerified(t *testing.T) {
	for name, want := range map[string]map[string]string{
		"upload-one":         {"overcloud-full-vmlinuz": "true"},
		"upload-one-tripleo": {"overcloud-full-vmlinuz": "true"},
		"vxlan":              {},
		"import":             {"staged-glance-direct": "true", "web-downloaded": "true", "web-download-404": "null", "never-staged": "null"},
		"failures":           {"good": "true", "swift-down": "true", "second-upload-while-saving": "true", "object-damaged-in-swift": "false", "swift-503": "null", "left-saving": "null"},
		"snap":               {},
	} {
		t.Run(name, func(t *testing.T) {
			path := "../../shared/captures/" + name + "/capture.pcap"
			if _, err := os.Stat(path); err != nil {
				t.Skip("the recording is not here: ", err)
			}
			b := NewBuilder(Options{Version: "test", Verify: true})
			o := decoder.Options{Bounds: bounds.Default(), KeepRows: KeepRows, Bodies: true, ForTimeline: true, Digests: Digested, After: record.NoTime, Before: record.NoTime}
			if err := decoder.Run(context.Background(), []string{path}, o, b.Add); err != nil {
				t.Fatal(err)
			}
			for _, i := range b.Story().Images {
				got := "null"
				if i.Verified != nil {
					got = fmt.Sprint(*i.Verified)
				}
				if want, ok := want[i.Name]; ok && got != want {
					t.Errorf("%s: verified is %s, want %s\n%s", i.Name, got, want, checks(i))
				}
				if name == "snap" && got != "null" {
					t.Errorf("%s is verified without its bytes\n%s", i.Name, checks(i))
				}
			}
		})
	}
}
