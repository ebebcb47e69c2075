# "make" prints the targets. Everything but test-gateways, bench, lint and the first
# download of modules needs Go alone.

VERSION     ?= $(patsubst v%,%,$(shell git describe --tags --match 'v*' --dirty 2>/dev/null))
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOTESTSUM   ?= gotest.tools/gotestsum@v1.13.0
PLATFORMS   ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
FUZZTIME    ?= 5s
GOTESTFLAGS ?=
# Long tests beside those of the gateways. "make test" has run them.
GO_ALONE    = ^Test(Scripts|KilledAt|Drawn|Interrupted)

# Where the released gateways are installed that test-gateways runs.
CACHE = $(or $(XDG_CACHE_HOME),$(HOME)/$(if $(filter Darwin,$(shell uname -s)),Library/Caches,.cache))
export KEYFORM_ORACLES ?= $(CACHE)/keyform/oracles

# Those that are installed beforehand; others when a test of RELEASES=VERSION,... needs them.
GATEWAYS = clawdbot-2026.1.24-3 openclaw-2026.2.26 openclaw-2026.9.6 $(if $(filter all,$(RELEASES)),openclaw-2026.4.29 openclaw-2026.6.11)
export RELEASES

# Without a tag the version stays the one in cmd/keyform/main.go.
LDFLAGS  = -s -w $(if $(VERSION),-X main.version=$(VERSION))
GO_BUILD = CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)'
SOURCES  = cmd schema plan apply providers examples
dirs     = $(addprefix ./,$(sort $(shell grep -rlE --include='*_test.go' $(1) $(SOURCES) | xargs -n 1 dirname)))

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## bin/keyform
	$(GO_BUILD) -o bin/ ./cmd/keyform

.PHONY: demo
demo: ## plan and apply in a sandbox home (PRODUCT=clawdia, opensoul, ...; KEEP=1 keeps it)
	@sh examples/demo/demo.sh $(PRODUCT)

# Without -count=1 go test looks at every file that a test has opened, for its cache: with
# the fault tests that takes as long as they do.
.PHONY: test
test: ## every test that needs Go alone
	go test -count=1 $(GOTESTFLAGS) ./...

.PHONY: race
race: ## the same under the race detector, breaking fewer operations (needs a C compiler)
	CGO_ENABLED=1 go test -count=1 -race -short $(GOTESTFLAGS) ./...

# Its tests run beside each other and log every turn: gotestsum prints a line for each that
# passes, and at the end all of those that did not.
.PHONY: test-gateways
test-gateways: ## tests against released gateways (npm; 4 GB once; RELEASES=all: 5 GB)
	sh providers/gatewaytest/install.sh $(GATEWAYS)
	sh providers/gatewaytest/install.sh claude-code-2.1.328 claude-code-2.1.40
	go run $(GOTESTSUM) --format testname -- -tags gateways -count=1 -timeout 40m -skip '$(GO_ALONE)' $(GOTESTFLAGS) $(call dirs,'^//go:build gateways')

.PHONY: examples
examples: ## the examples with their expected plans
	go test -count=1 $(GOTESTFLAGS) ./examples/...

.PHONY: bench
bench: build ## Go benchmarks, then whole-process figures
	go test -run '^$$' -bench . -benchmem $(call dirs,'^func Benchmark')
	go run ./cmd/keyform-bench $(BENCHFLAGS) bin/keyform

.PHONY: fuzz-short
fuzz-short: ## every fuzz target for FUZZTIME (5s)
	@for dir in $(call dirs,'^func Fuzz'); do \
	  listed=$$(go test -list '^Fuzz' $$dir) || exit 1; \
	  for target in $$(echo "$$listed" | grep '^Fuzz'); do \
	    echo "$$dir $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$dir || exit 1; \
	  done; \
	done

.PHONY: golden
golden: ## rewrite the expected outputs; look at the difference
	go test $(call dirs,'flag.Bool."update"') -update
	UPDATE_SCRIPTS=1 go test ./cmd/keyform -run TestScripts

.PHONY: fmt
fmt: ## format the Go sources and the examples
	gofmt -w $(SOURCES)
	go run ./cmd/keyform fmt -recursive examples

.PHONY: fmt-check
fmt-check: ## fail if something is not formatted
	@bad=$$(gofmt -l $(SOURCES)); [ -z "$$bad" ] || { echo "not gofmt-clean:"; echo "$$bad"; exit 1; }
	go run ./cmd/keyform fmt -check -recursive examples

.PHONY: lint
lint: fmt-check ## format, vet, staticcheck, modules
	go vet ./...
	go vet -tags gateways,keyform_faults ./...
	printf 'plain:\ntagged: -tags=gateways,keyform_faults\n' | go run $(STATICCHECK) -matrix ./...
	go mod tidy -diff
	go mod verify

.PHONY: dist
dist: ## release binaries for PLATFORMS, with SHA256SUMS
	@rm -rf dist && mkdir dist
	@set -e; for p in $(PLATFORMS); do \
	  os=$${p%/*} arch=$${p#*/}; name=keyform_$${os}_$$arch; [ $$os != windows ] || name=$$name.exe; \
	  echo "dist/$$name"; GOOS=$$os GOARCH=$$arch $(GO_BUILD) -o dist/$$name ./cmd/keyform; \
	done
	@cd dist && { command -v sha256sum >/dev/null && sha256sum keyform_* || shasum -a 256 keyform_*; } > SHA256SUMS && cat SHA256SUMS

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf bin dist
