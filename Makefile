# EKC. `make run` starts everything on a fresh Debian or Ubuntu with Go; `make test` sets the same up and runs all tests.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

GO ?= go
# Pinned: a new linter finds new things, which is a change of its own.
LINT := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.8.0
# The same flags as a plain `go build`, so that both find each other's work in the cache; but buildvcs would refuse a clone
# that belongs to someone else.
BUILD := $(GO) build -buildvcs=false -ldflags "-s -w -X main.version=$(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)"
# Packages tested at a time: each opens connections to the one test server.
TEST_JOBS ?= $(shell n=$$(nproc); echo $$((n > 4 ? 4 : n)))
TEST_TIMEOUT ?= 30m

WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/test/*' -not -name '*.go' 2>/dev/null)
WEB_LOCK := $(wildcard web/package-lock.json)
NPM := npm --prefix web --no-audit --no-fund --loglevel=error

.PHONY: help run build web test test-go test-quality test-web lint vet generate generate-check migrate-diff migrate-check bench setup clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

# A local embedding model needs ONNX Runtime, and cgo, hence a C compiler.
run: setup $(if $(EKC_EMBEDDING_DIR),onnxruntime) build ## install what is missing, build and start EKC; Ctrl-C stops it
	@exec bin/ekc serve

build: web ## build the commands into bin/
	@mkdir -p bin
	$(BUILD) -o bin/ ./cmd/...

web: $(if $(WEB_LOCK),web/dist/.stamp) ## build widget and playground into web/dist
	@:

web/node_modules/.stamp: $(WEB_LOCK)
	$(NPM) ci
	@touch $@

web/dist/.stamp: web/node_modules/.stamp $(WEB_SOURCES)
	$(NPM) run --silent build
	@touch $@

test: setup-tests onnxruntime-tests web generate-check migrate-check lint test-web test-quality test-go ## install what is missing, check generated code and style, run all tests

test-go: ## the Go tests alone, with the race detector
	@trap '$(GO) run ./internal/pgtest/cmd stop' EXIT; \
	$(GO) test -json -race -count=1 -p $(TEST_JOBS) -timeout $(TEST_TIMEOUT) ./... 2>&1 | $(GO) run ./scripts/testreport

test-quality: ## search quality against the BM25 baseline, where the development data are beside the project
	$(GO) test -count=1 -timeout $(TEST_TIMEOUT) -run TestSearchBeatsBM25 -v ./knowledge

test-web: $(if $(WEB_LOCK),web/node_modules/.stamp) ## the tests of the widget alone
	$(if $(WEB_LOCK),$(NPM) test --silent,@echo 'no web/ here')

lint: vet ## golangci-lint at its pinned version, and go vet
	$(LINT) run --allow-serial-runners ./...

vet:
	$(GO) vet ./...

generate: ## generate ent, the knowledge service's RPC and the GraphQL server from schemas
	$(GO) generate $(wildcard ./ent) $(wildcard ./knowledge/ent) $(wildcard ./knowledge/rpc) $(wildcard ./graph)

generate-check: # fails when generated code is not what its sources give
	@before=$$(scripts/digest.sh ent knowledge/ent knowledge/rpc graph); \
	$(MAKE) --no-print-directory generate; \
	after=$$(scripts/digest.sh ent knowledge/ent knowledge/rpc graph); \
	if [ "$$before" != "$$after" ]; then \
		echo 'generated code was not up to date; now it is: look at it and commit it' >&2; \
		diff <(echo "$$before") <(echo "$$after") | sed -nE 's/^[<>] [0-9a-f]+ +/  /p' | sort -u >&2; \
		exit 1; \
	fi

MIGRATE_MAINS := $(wildcard ent/migrate/main.go knowledge/ent/migrate/main.go)

migrate-diff: ## make migrate-diff NAME=add_something: write the migrations that the schemas need
	@if [ -z '$(NAME)' ]; then echo 'usage: make migrate-diff NAME=add_something' >&2; exit 2; fi
	@for main in $(MIGRATE_MAINS); do echo "$$main"; $(GO) run "$$main" '$(NAME)'; done

migrate-check: # fails when a schema has changed without a migration
	@for main in $(MIGRATE_MAINS); do $(GO) run "$$main" -check; done

bench: build ## the Go benchmarks
	$(GO) test -run '^$$' -bench . -benchmem -timeout 60m ./...

setup: # install what running needs
	@scripts/setup.sh

.PHONY: onnxruntime onnxruntime-tests
onnxruntime: ## ONNX Runtime beside the commands, for a local embedding model
	@scripts/onnxruntime.sh bin/libonnxruntime.so

# Without it the tests of local models say that they were skipped.
onnxruntime-tests:
	@scripts/onnxruntime.sh bin/libonnxruntime.so || echo 'ONNX Runtime could not be installed; the tests of local models will be skipped' >&2

.PHONY: setup-tests
setup-tests:
	@scripts/setup.sh --with-tests

clean: ## delete what was built; data in EKC_DATA_DIR stays
	rm -rf bin web/dist web/node_modules
