# make test and make demo need Go alone. What needs more says so and skips.

GO       ?= go
FUZZTIME ?= 20s
SHARED   ?= ../shared

.PHONY: build demo test check accept bench profile fuzz torture goldens man install clean

# Without cgo the binary needs no library of its machine, and starts sooner.
build:
	CGO_ENABLED=0 $(GO) build -o glancecap ./cmd/glancecap

demo: build
	./glancecap timeline fixtures/founding/founding.pcap

test:
	$(GO) test ./...

# Formatting, vet, and every line of .ci/accepted where the captures are there.
check: build
	@unformatted=$$(gofmt -l cmd decoder timeline fixtures); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	$(GO) vet ./...
	.ci/hold ./glancecap $(SHARED)

# Adds to .ci/accepted what the captures show to be right now.
accept: build
	.ci/hold ./glancecap $(SHARED) accept

# Side by side with dd, zcat, tshark and tcpflow, on data that is made for it.
bench: build
	fixtures/bench.sh ./glancecap

# What the program does most, for the compiler (https://go.dev/doc/pgo): to be made
# anew when that has changed much. It takes some minutes.
profile:
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && \
	$(GO) run ./fixtures/bench -bulk "$$work/bulk.pcap" -size 268435456 -sql "$$work/sql.pcap" -prepared "$$work/prepared.pcap" && \
	GLANCECAP_PROFILE="$$work/bulk.pcap:$$work/sql.pcap:$$work/prepared.pcap:$$(ls -d $(CURDIR)/fixtures/recorded/*/*.pcap* | paste -sd:)" \
	$(GO) test -run '^$$' -bench Timeline -benchtime 5s -o "$$work/test" -cpuprofile "$$work/cpu" ./cmd/glancecap && \
	$(GO) tool pprof -proto "$$work/cpu" >cmd/glancecap/default.pgo

# Every fuzz target for FUZZTIME. Inputs that are new are made shorter for a
# hundred runs at most: the fuzzer's own limit is a minute each, in which it
# tries nothing else. The end of that time may fall into a run of the
# fuzzer, which then fails for it alone: no input is written, so nothing was found.
# On a machine that is busy a run may stand still for the ten seconds after which
# the fuzzer calls it hung: its input is then written, and is tried again.
fuzz:
	@for target in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		for name in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$target/*_test.go | cut -c6-); do \
			echo "fuzz $$target $$name $(FUZZTIME)"; \
			said=$$($(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 100x $$target 2>&1) && failed= || failed=1; \
			case "$$failed$$said" in \
			1*'hung or terminated'*) $(GO) test -run "^$$name\$$" $$target >/dev/null 2>&1 || { echo "$$said"; exit 1; }; \
				echo "the fuzzer's process stood still or was stopped; what it was given last passes alone" ;; \
			1*'Failing input'*) echo "$$said"; exit 1 ;; \
			1*'context deadline exceeded'*) echo "the fuzzer's time ended within a run; nothing was found" ;; \
			1*) echo "$$said"; exit 1 ;; \
			*) echo "$$said" | tail -n 1 ;; \
			esac; \
		done; \
	done

# Longer: the race detector, a hundred splits killed, two minutes of each fuzz target, hostile captures.
torture: build
	$(GO) test -race ./...
	GLANCECAP_KILLS=100 $(GO) test -count 1 -timeout 30m -run Killed ./decoder/split
	GLANCECAP_VARIANTS=1000 $(GO) test -count 1 -timeout 300m -run 'DroppedPackets|OneDirectionAlone|WhereACaptureBegins' ./decoder
	GLANCECAP_VARIANTS=1000 $(GO) test -count 1 -timeout 60m -run DamageNever ./timeline
	GLANCECAP_STATEMENTS=400000 $(GO) test -count 1 -v -run GrowsWithItsInput ./timeline/attribute
	$(MAKE) fuzz FUZZTIME=2m
	@if [ -d $(SHARED)/captures/hostile ]; then $(SHARED)/check/score.py --bin ./glancecap $(SHARED)/captures/hostile; \
	else echo "skipped: no hostile captures in $(SHARED)"; fi

# Rewrites the expected reports, and what the README shows of them.
goldens:
	$(GO) test ./timeline/report ./cmd/glancecap -update

# A manual page for each command, from its own help: man -l man/glancecap.1
man:
	$(GO) run ./cmd/glancecap man man

install:
	CGO_ENABLED=0 $(GO) install ./cmd/glancecap

clean:
	rm -rf glancecap man
