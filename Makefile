# Everything a person types here; `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup tools build demo test acceptance bench format lint clean

# The libraries the program links, the plotter of its static figures, and Python for the plot bundle and the tests' peers.
PACKAGES := libhdf5-dev libsuitesparse-dev libopenblas-dev libfftw3-dev libssl-dev libpng-dev libxrl-dev libsymspg-dev \
            libtiff-dev liblz4-dev libzstd-dev libblosc-dev zlib1g-dev gnuplot-nox fonts-dejavu-core \
            pkg-config python3 python3-venv ca-certificates
# What tests and acceptance open reports with.
TEST_PACKAGES := chromium
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
BUILD := .build/release
SHARE := .build/share/operando
PART ?= all
# Tests run optimised, since they solve the model many times; they have a build folder of their own because they see what
# is internal.
TESTING := -c release -Xswiftc -enable-testing --scratch-path .build-tests

help: ## lists these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: .tools/packages $(SHARE)/plotly.min.js ## installs what the program needs (system packages, plot bundle)

# $(call install,PACKAGES,MARK): installs those of the packages that are missing.
define install
	@mkdir -p .tools
	@dpkg-query -W -f '$${db:Status-Abbrev} $${Package}\n' $(1) 2>/dev/null | awk '$$1=="ii"{print $$2}' | sort >.tools/have; \
	missing=$$(printf '%s\n' $(1) | sort | comm -23 - .tools/have); \
	if [ -n "$$missing" ]; then echo "installing" $$missing; \
	  { $(SUDO) apt-get update -q && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -q --no-install-recommends $$missing; } >$(2).log 2>&1 || { cat $(2).log; exit 1; }; fi
	@touch $(2)
endef

.tools/packages: Makefile
	$(call install,$(PACKAGES),$@)

.tools/test-packages: Makefile
	$(call install,$(TEST_PACKAGES),$@)

.tools/bin/pip: .tools/packages
	@python3 -m venv .tools
	@touch $@

$(SHARE)/plotly.min.js: .tools/bin/pip Tools/fetch-plotly
	@mkdir -p $(SHARE)
	@Tools/fetch-plotly $(SHARE) .tools/bin/python || echo "the report will show static figures only"

tools: setup .tools/test-packages .tools/python ## installs the peers and validators that tests and acceptance use, in .tools

.tools/python: Tools/requirements.txt .tools/bin/pip
	@.tools/bin/pip install -q --disable-pip-version-check -r Tools/requirements.txt
	@touch $@

build: setup ## builds the program in release mode
	swift build -c release --product operando
	@Tools/install-examples $(BUILD)/operando $(SHARE)

demo: build ## runs the example from a measured file to a report, and prints where the report is
	$(BUILD)/operando run Examples/nmc811-particle/experiment.yaml -o runs/nmc811-particle

test: tools ## runs all tests, at reduced counts
	swift build $(TESTING) --build-tests
	@Tools/install-examples .build-tests/release/operando $(SHARE)
	OPERANDO_SHARE=$(CURDIR)/$(SHARE) swift test $(TESTING) --skip-build

acceptance: tools build .tools/benchmarks .tools/kikuchi/ready ## runs the acceptance lines at full counts: make acceptance PART=name
	swift build -c release --product acceptance
	$(BUILD)/acceptance $(PART)

bench: tools build .tools/benchmarks .tools/kikuchi/ready ## times the program beside its peers
	swift build -c release --product benchmark
	Benchmarks/run

.tools/benchmarks: Benchmarks/requirements.txt .tools/bin/pip
	@.tools/bin/pip install -q --disable-pip-version-check -r Benchmarks/requirements.txt
	@touch $@

# Peers of electron diffraction, in a place of their own: they bring half a gigabyte of Python with them.
.tools/kikuchi/ready: Benchmarks/requirements-kikuchi.txt .tools/packages
	@python3 -m venv .tools/kikuchi
	@.tools/kikuchi/bin/pip install -q --disable-pip-version-check -r Benchmarks/requirements-kikuchi.txt
	@touch $@

format: ## formats the sources
	swift format --in-place --recursive Package.swift Sources Tests Acceptance Benchmarks

lint: ## checks the format
	swift format lint --strict --recursive Package.swift Sources Tests Acceptance Benchmarks

clean: ## removes everything built
	rm -rf .build .build-tests .tools
