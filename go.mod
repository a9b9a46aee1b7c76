module glancecap

go 1.26.0
