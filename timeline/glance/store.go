package glance

import "strings"

// storeKinds are the schemes of image_locations.value (glance_store/_drivers).
var storeKinds = map[string]string{
	"swift": "swift", "swift+http": "swift", "swift+https": "swift", "swift+config": "swift",
	"rbd": "rbd", "file": "file", "filesystem": "file", "cinder": "cinder",
	"s3": "s3", "s3+http": "s3", "s3+https": "s3", "http": "http", "https": "http", "vsphere": "vmware",
}

// Place is where a location says that the bytes are.
type Place struct {
	Kind              string // as store.kind of CONTRACT §3
	Container, Object string
}

// PlaceOf reads an image location.
func PlaceOf(location string) Place {
	scheme, rest, found := strings.Cut(location, "://")
	if !found {
		return Place{Kind: "unknown"}
	}
	kind := storeKinds[strings.ToLower(scheme)]
	if kind == "" {
		kind = "unknown"
	}
	parts := segments(rest)
	p := Place{Kind: kind}
	switch {
	case kind == "swift" && len(parts) >= 3:
		// swift+config://reference/container/object, swift://user:key@host/v1/account/container/object
		p.Container, p.Object = parts[len(parts)-2], parts[len(parts)-1]
	case kind == "rbd" && len(parts) >= 4:
		// rbd://fsid/pool/image/snapshot
		p.Container, p.Object = parts[len(parts)-3], parts[len(parts)-2]
	case len(parts) > 0:
		p.Object = parts[len(parts)-1]
	}
	return p
}
