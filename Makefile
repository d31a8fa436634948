# Short names for what a developer does all day. `make help` lists them; `make` alone does what a change should pass before it is shown.
# What the gate runs stands once, in .ci/run; the targets below call its steps.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules
.DEFAULT_GOAL := all

GO ?= go
# How long each fuzz target runs: make fuzz FUZZTIME=1m
FUZZTIME ?= 30s
# Which packages a target works on: make test PKG=./policy/...
PKG ?= ./...
# Needs the vulnerability database at run time, so it is no part of the gate.
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: all
all: fmt build lint test ## Format, build, lint and test

.PHONY: build
build: ## Compile and vet every package
	$(GO) build $(PKG)
	$(GO) vet $(PKG)

.PHONY: fmt
fmt: ## Format all files the way lint wants them
	"$$(bash .ci/run --linter)" fmt

.PHONY: test
test: ## Run all tests with the race detector, in random order
	$(GO) test -race -shuffle=on $(PKG)

.PHONY: lint
lint: ## Run golangci-lint with .golangci.yml
	bash .ci/run lint

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (30s)
	MCPGOV_CI_FUZZTIME=$(FUZZTIME) bash .ci/run fuzz

.PHONY: bench
bench: ## Measure governed against ungoverned; exit non-zero when a goal is missed
	MCPGOV_BENCH=1 $(GO) test -count=1 -timeout 30m -run '^TestBench' -v $(PKG)

# How many records make audit-scale writes: make audit-scale SCALE=10000000 for the long form (needs 40 GB of disk and ten minutes)
SCALE ?= 1000000

.PHONY: audit-scale
audit-scale: ## Measure compaction and questions over an audit log of SCALE records (1000000); exit non-zero when a goal is missed
	MCPGOV_SCALE=$(SCALE) $(GO) test -count=1 -timeout 60m -run '^TestBenchAuditScale$$' -v ./audit/auditdb

.PHONY: bench-all
bench-all: ## Run every benchmark once, with allocations
	$(GO) test -run '^$$' -bench . -benchmem $(PKG)

# Where npm puts the clients: beside Go's build cache, outside the tree. They are installed once per version of their lock file.
MCPGOV_INTEROP ?= $(shell dirname "$$($(GO) env GOCACHE)")/mcpgov-interop

.PHONY: interop
interop: ## Drive the server with TypeScript clients, the Inspector and the conformance suite (needs npm and the network)
	MCPGOV_INTEROP="$(MCPGOV_INTEROP)" $(GO) test -count=1 -timeout 20m -run '^TestInterop$$' -v ./internal/interop

# How often `make crash` kills the server.
KILLS ?= 200

.PHONY: crash
crash: ## Kill a server KILLS (200) times under 64 callers and hold its log to what happened
	MCPGOV_CRASH=$(KILLS) $(GO) test -count=1 -timeout 20m -run '^TestKilledServersLogTheTruth$$' -v ./internal/crash

.PHONY: golden
golden: ## Rewrite the golden files; read the difference before you keep it
	find . -name '*_test.go' -exec grep -lE 'flag\.Bool\("update"' {} + | xargs -n1 dirname | sort -u | xargs -I{} $(GO) test {} -update

.PHONY: security
security: ## Look for known vulnerabilities (needs the network) and unsafe code
	"$$(bash .ci/run --linter)" run --enable-only gosec,bidichk,bodyclose,noctx $(PKG)
	$(GO) run $(GOVULNCHECK) $(PKG)

.PHONY: cross
cross: ## Build the cgo-free packages for other platforms, and a program outside the tree
	bash .ci/run cross outside

.PHONY: ci
ci: ## Run everything the gate runs
	bash .ci/run
