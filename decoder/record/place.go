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
	for _, s := range spans {
		if s == nil {
			continue
		}
		for i, to := range [...]**int{&s.FirstFile, &s.LastFile} {
			if int(s.In[i]) != *h.File {
				*to = other(h.File, s.In[i])
			}
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
