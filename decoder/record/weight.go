package record

// Weight gives about the bytes that a record holds, for budgets.
func Weight(rec Record) int {
	n := 512
	switch rec := rec.(type) {
	case *MySQL:
		if rec.Text != nil {
			n += len(*rec.Text)
		}
		if rec.Expanded != nil {
			n += len(*rec.Expanded)
		}
		if rec.Result != nil {
			for _, row := range rec.Result.Values {
				n += 32 * len(row)
			}
		}
	case *HTTP:
		if rec.Request != nil {
			n += rec.Request.Body.weight() + len(rec.Request.Target)
		}
		if rec.Response != nil {
			n += rec.Response.Body.weight()
		}
	case *Stream:
		n += len(rec.Data)
	}
	return n
}

func (b *Body) weight() int {
	if b == nil || b.Text == nil {
		return 0
	}
	return len(*b.Text)
}
