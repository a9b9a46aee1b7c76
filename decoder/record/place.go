package record

// Place says, in a run over several inputs, in which of them the frames of a
// record are counted: Common.File becomes that of its first frame, and a span that
// begins or ends in another one says so. Before it is the
// File of the connection, nil in a run over a single input, of which nothing is
// said.
func Place(rec Record) {
	h := rec.Header()
	if h.File == nil {
		return
	}
	spans := Spans(rec)
	first := spans[0]
	if first == nil {
		first = spans[1]
	}
	if first == nil {
		return
	}
	h.File = other(h.File, first.In[0])
	EachSpan(rec, func(s *Span) { s.place(h.File) })
}

// place names the inputs of a span's frames that are not file.
func (s *Span) place(file *int) {
	for i, to := range [...]**int{&s.FirstFile, &s.LastFile} {
		if int(s.In[i]) != *file {
			*to = other(file, s.In[i])
		}
	}
}

// EachSpan gives all spans of a record that name inputs: those of Spans, and the
// stretches in which the senders of its bodies could not go on.
func EachSpan(rec Record, do func(*Span)) {
	for _, s := range Spans(rec) {
		if s != nil {
			do(s)
		}
	}
	h, ok := rec.(*HTTP)
	if !ok {
		return
	}
	if h.Request != nil {
		for i := range h.Request.Waits {
			do(&h.Request.Waits[i].Span)
		}
	}
	if h.Response != nil {
		for i := range h.Response.Waits {
			do(&h.Response.Waits[i].Span)
		}
	}
}

// Spans gives the spans of a record's request and response, nil for what it does
// not have; the one of a connection or a refusal stands first.
func Spans(rec Record) [2]*Span {
	var request, response *Span
	switch r := rec.(type) {
	case *HTTP:
		if r.Request != nil {
			request = &r.Request.Span
		}
		if r.Response != nil {
			response = &r.Response.Span
		}
	case *MySQL:
		request, response = r.Request, r.Response
	case *Login:
		request, response = r.Request, r.Response
	case *TLS:
		request, response = r.Request, r.Response
	case *Connection:
		request = &r.Span
	case *Refusal:
		request = &r.Span
	}
	return [2]*Span{request, response}
}

// other gives the number of an input: file, where it is that.
func other(file *int, in int32) *int {
	if *file == int(in) {
		return file
	}
	n := int(in)
	return &n
}

// EndsIn gives the input in which a span of the record ends, nil in a run over a
// single one.
func (c *Common) EndsIn(s *Span) *int {
	if s.LastFile != nil {
		return s.LastFile
	}
	return c.File
}
