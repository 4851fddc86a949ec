# Bare "make" prints the targets.

GO      ?= go
TIMEOUT ?= 15m
FUZZTIME ?= 10s

.DEFAULT_GOAL := help
.PHONY: help build test race crash interop fuzz bench check peers

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

build: ## build bin/activemqd
	CGO_ENABLED=0 $(GO) build -buildvcs=false -o bin/activemqd ./bin

test: peers check build ## install the peers (Debian, root), check, build, run all tests
	$(GO) test -timeout $(TIMEOUT) ./...

race: ## run all tests with the race detector
	$(GO) test -race -timeout $(TIMEOUT) ./...

crash: build ## run the tests that stop or kill the broker and look at what is left
	$(GO) test -count=1 -timeout $(TIMEOUT) -run Crash ./...

interop: peers build ## run the tests against the original; they fail where a peer is missing
	GOACTIVEMQ_REQUIRE_PEERS=1 $(GO) test -count=1 -timeout $(TIMEOUT) ./test/...

fuzz: ## run every fuzz target for FUZZTIME
	@set -e; for package in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package; \
	  done; \
	done

bench: ## run all benchmarks
	$(GO) test -run '^$$' -bench . -benchmem -timeout $(TIMEOUT) ./...

check: ## formatting, vet, and which package may import which
	@unformatted=$$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l); \
	  if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) test -run '^TestLayers$$' .

peers:
	@test/install.sh
