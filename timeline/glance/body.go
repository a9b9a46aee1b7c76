package glance

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Shown is the state of an image as a body of the API tells it.
type Shown struct {
	ID        string
	Status    string
	UpdatedAt string // as the API writes it: 2026-11-23T16:21:35Z
	Checksum  string
	Size      int64 // -1 where it is null or not told
	Owner     string
	Name      string
}

// imageBody is the part of an image's JSON that is read.
type imageBody struct {
	ID        string  `json:"id"`
	Status    string  `json:"status"`
	UpdatedAt string  `json:"updated_at"`
	Checksum  *string `json:"checksum"`
	Size      *int64  `json:"size"`
	Owner     string  `json:"owner"`
	Name      string  `json:"name"`
}

// ShownImage reads the body of a response that shows one image; ok is false
// where the text is none.
func ShownImage(text string) (s Shown, ok bool) {
	var b imageBody
	if json.Unmarshal([]byte(text), &b) != nil || !IsUUID(b.ID) || !IsStatus(b.Status) {
		return Shown{}, false
	}
	return b.shown(), true
}

// ShownImages reads the body of an image list.
func ShownImages(text string) []Shown {
	var b struct {
		Images []imageBody `json:"images"`
	}
	if json.Unmarshal([]byte(text), &b) != nil {
		return nil
	}
	list := make([]Shown, 0, len(b.Images))
	for _, i := range b.Images {
		if IsUUID(i.ID) && IsStatus(i.Status) {
			list = append(list, i.shown())
		}
	}
	return list
}

func (b imageBody) shown() Shown {
	s := Shown{ID: b.ID, Status: b.Status, UpdatedAt: b.UpdatedAt, Size: -1, Owner: b.Owner, Name: b.Name}
	if b.Checksum != nil {
		s.Checksum = *b.Checksum
	}
	if b.Size != nil {
		s.Size = *b.Size
	}
	return s
}

// Asked is what the body of a request to Glance asks for.
type Asked struct {
	// ID and Name are those of an image to be made.
	ID, Name string
	// Changes are words on what is changed: +name, -name, name=value.
	Changes []string
	// Properties are names and values set, to be found again in the SQL.
	Properties [][2]string
	// Attributes are columns of images and what they are set to, as the
	// database writes it.
	Attributes [][2]string
	// Read tells that the body was understood.
	Read bool
	// Method is an import's method, URI where a web-download fetches from.
	Method, URI string
	// Member is a member's id, Status what a member says.
	Member, Status string
	// LocationAdded tells that a location is added, SetsTags that the tags are
	// changed.
	LocationAdded, SetsTags bool
}

// ReadAsked reads the body of a request by its action.
func ReadAsked(action, text string) Asked {
	var a Asked
	switch action {
	case "image.create":
		a.readCreate(text)
	case "image.update":
		a.readPatch(text)
	case "image.import":
		var b struct {
			Method struct {
				Name string `json:"name"`
				URI  string `json:"uri"`
			} `json:"method"`
		}
		if json.Unmarshal([]byte(text), &b) == nil {
			a.Method = b.Method.Name
			if a.Method == "web-download" {
				a.URI = b.Method.URI
			}
		}
	case "member.add", "member.update":
		var b struct {
			Member string `json:"member"`
			Status string `json:"status"`
		}
		if json.Unmarshal([]byte(text), &b) == nil {
			a.Member, a.Status = b.Member, b.Status
		}
	}
	return a
}

// baseAttributes are the members of an image's JSON that are columns of
// images (glance/schema); all others are properties.
var baseAttributes = map[string]bool{
	"id": true, "name": true, "disk_format": true, "container_format": true, "visibility": true, "min_disk": true,
	"min_ram": true, "protected": true, "os_hidden": true, "owner": true, "tags": true, "locations": true,
}

func (a *Asked) readCreate(text string) {
	var b map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &b) != nil {
		return
	}
	a.ID, a.Name = plain(b["id"]), plain(b["name"])
	for _, key := range sortedKeys(b) {
		if !baseAttributes[key] {
			a.Properties = append(a.Properties, [2]string{key, plain(b[key])})
		}
	}
}

// maxChanges bounds the words on a patch.
const maxChanges = 8

// readPatch reads a JSON patch of media type
// application/openstack-images-v2.1-json-patch.
func (a *Asked) readPatch(text string) {
	var ops []struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal([]byte(text), &ops) != nil {
		return
	}
	a.Read = true
	for i, op := range ops {
		name := strings.TrimPrefix(op.Path, "/")
		if i < maxChanges {
			a.Changes = append(a.Changes, change(op.Op, name, plain(op.Value)))
		}
		first, _, _ := strings.Cut(name, "/")
		a.LocationAdded = a.LocationAdded || first == "locations" && op.Op != "remove"
		a.SetsTags = a.SetsTags || first == "tags"
		switch {
		case !baseAttributes[first]:
			a.Properties = append(a.Properties, [2]string{name, plain(op.Value)})
		case asked[first] && op.Op != "remove":
			a.Attributes = append(a.Attributes, [2]string{first, column(plain(op.Value))})
		}
	}
	if len(ops) > maxChanges {
		a.Changes = append(a.Changes, fmt.Sprintf("and %d more", len(ops)-maxChanges))
	}
}

// column spells a JSON value as the database does.
func column(value string) string {
	switch value {
	case "true":
		return "1"
	case "false":
		return "0"
	case "null":
		return ""
	}
	return value
}

func change(op, name, value string) string {
	switch {
	case op == "add":
		return "+" + name
	case op == "remove":
		return "-" + name
	case strings.HasPrefix(name, "locations"):
		return name // a location may hold user and key
	}
	return name + "=" + short(value)
}

// short cuts a value for a line of text.
func short(s string) string {
	const most = 40
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

// plain gives a JSON string's text, any other JSON as it stands.
func plain(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// Token is what the body of a token response tells.
type Token struct {
	UserID, UserName, ProjectID, ProjectName string
	// Audits are its audit ids.
	Audits []string
	// Issued and Expires are zero where the body does not tell.
	Issued, Expires time.Time
	// Endpoints are the catalogue's addresses.
	Endpoints []Endpoint
}

// Endpoint is an entry of the service catalogue.
type Endpoint struct {
	Service string // glance, keystone or swift
	URL     string
}

// catalogTypes are the catalogue's types (service-types authority).
var catalogTypes = map[string]string{"image": Glance, "identity": Keystone, "object-store": Swift}

// ReadToken reads the body of an answer to POST or GET /v3/auth/tokens.
func ReadToken(text string) (Token, bool) {
	type entity struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	var b struct {
		Token *struct {
			User    entity   `json:"user"`
			Project entity   `json:"project"`
			Audits  []string `json:"audit_ids"`
			Issued  string   `json:"issued_at"`
			Expires string   `json:"expires_at"`
			Catalog []struct {
				Type      string `json:"type"`
				Endpoints []struct {
					URL string `json:"url"`
				} `json:"endpoints"`
			} `json:"catalog"`
		} `json:"token"`
	}
	if json.Unmarshal([]byte(text), &b) != nil || b.Token == nil || b.Token.User.ID == "" {
		return Token{}, false
	}
	t := Token{UserID: b.Token.User.ID, UserName: b.Token.User.Name, ProjectID: b.Token.Project.ID, ProjectName: b.Token.Project.Name, Audits: b.Token.Audits}
	// A time that is not one stays zero.
	t.Issued, _ = time.Parse(time.RFC3339, b.Token.Issued)
	t.Expires, _ = time.Parse(time.RFC3339, b.Token.Expires)
	for _, c := range b.Token.Catalog {
		for _, e := range c.Endpoints {
			if s := catalogTypes[c.Type]; s != "" {
				t.Endpoints = append(t.Endpoints, Endpoint{Service: s, URL: e.URL})
			}
		}
	}
	return t, true
}

// TaskImage reads the image id in the input of a task (task_info.input).
func TaskImage(input string) string {
	var b struct {
		ImageID string `json:"image_id"`
	}
	if json.Unmarshal([]byte(input), &b) != nil || !IsUUID(b.ImageID) {
		return ""
	}
	return b.ImageID
}
