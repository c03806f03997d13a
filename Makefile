# The commands a newcomer needs: `make run` and `make test`.
.PHONY: run test check ui package bench docs fmt

# Node may have come into .tools, see installer/setup.sh.
export PATH := $(CURDIR)/.tools/node/bin:$(PATH)

# What the page is made of.
UI_SOURCES := $(shell find ui -path ui/node_modules -prune -o -path ui/dist -prune -o -type f -print 2>/dev/null) $(wildcard assets/*.json assets/schema/*.json)

# Opens the studio's window; without a display it serves the same page and prints its address.
run: ui
	cargo build --release --locked -p footlight
ifneq ($(or $(DISPLAY),$(WAYLAND_DISPLAY),$(filter Darwin,$(shell uname -s)),$(filter Windows_NT,$(OS))),)
	cargo build --release --locked -p footlight-studio
	target/release/footlight-studio $(ARGS)
else
	target/release/footlight studio $(ARGS)
endif

# The window's page, built only when its sources are newer.
ui: ui/dist/index.html

ui/node_modules/.package-lock.json: ui/package.json ui/package-lock.json
	@installer/setup.sh run
	cd ui && npm ci --no-audit --no-fund
	@touch $@

ui/dist/index.html: ui/node_modules/.package-lock.json $(UI_SOURCES)
	cd ui && npm run build
	@touch $@

# Everything that is checked: format, lints, layers, generated files, all tests.
test: check
	cd ui && npm test
	cargo nextest run --locked --workspace --no-fail-fast
	cargo xtask count
	cargo build --locked -p footlight
	cd ui && FOOTLIGHT_BIN=$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/footlight npm run e2e

# The quick half of it: no test is run.
check: ui
	@installer/setup.sh
	cd ui && npm run check
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo xtask deps
	cargo xtask tidy
	cargo xtask schema --check

# A .deb and an .rpm of this version in dist/, without a network once the crates are there.
package: ui
	@installer/setup.sh package
	cargo build --release --locked -p footlight -p footlight-studio
	installer/package.sh target/release dist

# Our figures beside FFmpeg's on the same work, in one run, and the isolation of destinations for minutes.
bench:
	@installer/setup.sh
	cargo build --release --locked -p footlight
	cargo run -q --release --locked -p xtask -- bench $(ARGS)
ifeq ($(ARGS),)
	cargo test -q --locked -p footlight --test it -- --ignored --nocapture the_contract_holds_for_minutes
endif

# Writes what is generated: schemas and reference pages.
docs:
	cargo xtask schema

fmt:
	cargo fmt --all
