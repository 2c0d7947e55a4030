# Chancery. Each target works from a fresh clone with Go, make and git, and
# installs what else it needs or says in one line how.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Packages to test, cover or fuzz: make test PKG=./internal/licensing/...
PKG ?= ./...
# How long each fuzz function runs.
FUZZTIME ?= 10s
# Arguments of the load program: make bench ARGS='-size 10000'
ARGS ?=

tool := go tool -modfile=tools/go.mod

.PHONY: help
help: ## say what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: build
build: ## the server, one static binary: bin/chancery
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/chancery ./cmd/chancery

.PHONY: demo
demo: build ## a server with a believable vendor on it, to look around
	bin/chancery demo

.PHONY: test
test: needs ## every test, with the race detector and PostgreSQL
	go vet ./...
	scripts/postgres.sh run scripts/test.sh $(PKG)

.PHONY: verify
verify: ## format, lint, generated files, modules, known vulnerabilities
	scripts/verify.sh

.PHONY: bench
bench: build ## the load program: speeds as ratios to a known floor
	scripts/postgres.sh run --durable go run ./bench $(ARGS)

.PHONY: soak
soak: ## the faults of `make test`, a hundred times over (CHANCERY_SOAK=n for another number)
	CHANCERY_SOAK=$${CHANCERY_SOAK:-100} scripts/postgres.sh run go test -timeout 60m -count=1 -v ./test/faults

.PHONY: cover
cover: ## statements covered by the tests: .cache/cover.html
	mkdir -p .cache
	scripts/postgres.sh run go test -coverpkg=./... -coverprofile=.cache/cover.out $(PKG)
	go tool cover -html=.cache/cover.out -o .cache/cover.html
	go tool cover -func=.cache/cover.out | tail -n 1

.PHONY: fuzz
fuzz: ## each fuzz function for a short while (FUZZTIME=10s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: assets
assets: ## copy the pages' third-party assets at their pinned versions (needs Node's npm)
	scripts/assets.sh

.PHONY: format
format: ## format all Go files
	$(tool) gofumpt -w .

.PHONY: clean
clean: ## remove what was built
	rm -rf bin .cache

# What the tests need beside PostgreSQL: a C compiler for the race detector,
# openssl and xmlsec1 to check signatures by code that is not ours, curl for the commands that the
# README prints, and a browser where there are tests of the screens.
.PHONY: needs
needs:
	@command -v "$$(go env CC)" >/dev/null || scripts/install.sh gcc libc6-dev
	@command -v openssl >/dev/null || scripts/install.sh openssl
	@command -v xmlsec1 >/dev/null || scripts/install.sh xmlsec1
	@command -v curl >/dev/null || scripts/install.sh curl
	@[ ! -d test/browser ] || command -v chromium >/dev/null || scripts/install.sh chromium
