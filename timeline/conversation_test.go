package timeline

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"glancecap/decoder"
	"glancecap/decoder/bounds"
	"glancecap/decoder/record"
	"glancecap/fixtures/wire"
	"glancecap/timeline/story"
)

// ends names who speaks in the conversations of the tests.
const ends = `
date 2020-02-18
client = 172.16.0.10:51234
glance = 172.16.0.19:9292
worker = 172.16.0.19:45000
other = 172.16.0.19:45002
nova = 172.16.0.18:45000
database = 172.16.0.30:3306
keystone = 172.16.0.19:5000
asks = 172.16.0.19:46000
stores = 172.16.0.19:46002
swift = 172.16.0.40:8080
04:49:55  client --> glance  connect
`

// The image of the tests.
const id = "13892850-6add-4c28-87cd-6da62e6f8a3c"

// tell makes the story of a conversation.
func tell(t *testing.T, lines ...string) *story.Story {
	t.Helper()
	return tellWith(t, decoder.Options{ShowSecrets: true}, lines...)
}

func tellWith(t *testing.T, o decoder.Options, lines ...string) *story.Story {
	t.Helper()
	return tellOptions(t, Options{Version: "test"}, o, lines...)
}

func tellOptions(t *testing.T, told Options, o decoder.Options, lines ...string) *story.Story {
	t.Helper()
	c, err := wire.Play(ends + strings.Join(lines, "\n") + "\n")
	if err != nil {
		t.Fatal(err)
	}
	pcap, err := c.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	b := NewBuilder(told)
	o.Bounds, o.Stdin, o.KeepRows, o.Bodies, o.ForTimeline = bounds.Default(), bytes.NewReader(pcap), KeepRows, true, true
	o.After, o.Before = record.NoTime, record.NoTime
	if err := decoder.Run(context.Background(), []string{"-"}, o, b.Add); err != nil {
		t.Fatal(err)
	}
	return b.Story()
}

// login opens a session of Glance as PyMySQL does.
func login(who string) string {
	return fmt.Sprintf(`%[1]s --> database connect
%[1]s <-- database greeting id=31
%[1]s --> database login user=glance database=glance pid=77
%[1]s <-- database ok status=autocommit
`, who) + query(who, "SET AUTOCOMMIT = 0", "ok status=none")
}

// query is a command and its answer.
func query(who, sql, answer string) string {
	return fmt.Sprintf("%s --> database query %s\n%s <-- database %s\n", who, sql, who, answer)
}

// inserted, saved and committed are what Glance sends to make an image and to
// change its status.
func inserted(who string) string {
	return query(who, "INSERT INTO images (created_at, updated_at, deleted, id, name, size, status) VALUES ('2020-02-18 04:49:55.993652', '2020-02-18 04:49:55.993652', 0, '"+id+"', 'vmlinuz', NULL, 'queued')", "ok affected=1 status=in_trans")
}

func saved(who, from, to, answer string) string {
	return query(who, "UPDATE images SET updated_at='2020-02-18 04:49:56.046542', id='"+id+"', name='vmlinuz', size=NULL, status='"+to+"' WHERE images.id = '"+id+"' AND images.status = '"+from+"'", answer)
}

const matchedOne = "ok affected=1 status=in_trans"

func commit(who string) string   { return query(who, "COMMIT", "ok status=none") }
func rollback(who string) string { return query(who, "ROLLBACK", "ok status=none") }

// read is a SELECT of the image's status, as one row shows it.
func read(who, status string) string {
	return query(who, "SELECT images.id AS images_id, images.status AS images_status FROM images WHERE images.id = '"+id+"'",
		"rows status=in_trans\n| images_id | images_status\n| "+id+" | "+status)
}

// only gives the story's one image.
func only(t *testing.T, s *story.Story) *story.Image {
	t.Helper()
	if len(s.Images) != 1 || s.Images[0].ID != id {
		t.Fatalf("%d images are told, want %s alone", len(s.Images), id)
	}
	return s.Images[0]
}

// arrows writes an image's transitions as "·→queued queued→saving".
func arrows(i *story.Image) string {
	var words []string
	for _, t := range i.Transitions {
		from := "·"
		if t.From != nil {
			from = *t.From
		}
		words = append(words, from+"→"+t.To)
	}
	return strings.Join(words, " ")
}

func wantArrows(t *testing.T, i *story.Image, want string) {
	t.Helper()
	if got := arrows(i); got != want {
		t.Errorf("transitions %q, want %q", got, want)
	}
}

// attempts writes an image's attempts as "saving no_row".
func attempts(i *story.Image) string {
	var words []string
	for _, a := range i.Attempts {
		words = append(words, a.To+" "+a.Why)
	}
	return strings.Join(words, ", ")
}

// codes lists the codes of the images' diagnoses.
func codes(s *story.Story) string {
	var words []string
	for _, d := range s.Diagnoses {
		if d.Image != nil {
			words = append(words, d.Code)
		}
	}
	return strings.Join(words, " ")
}
