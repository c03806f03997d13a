# The two commands a newcomer needs: `make run` and `make test`.
.PHONY: run test check bench docs fmt

PROJECT ?= assets/projects/demo

# Goes live with the demo on this computer, records it, and prints where to watch.
run:
	@installer/setup.sh run
	cargo build --release --locked -p footlight
	@mkdir -p recordings
	target/release/footlight run $(PROJECT) --record recordings/show.mkv $(ARGS)

# Everything that is checked: format, lints, layers, generated files, all tests.
test: check
	cargo nextest run --locked --workspace --no-fail-fast

# The quick half of it: no test is run.
check:
	@installer/setup.sh
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo xtask deps
	cargo xtask tidy
	cargo xtask schema --check

# Our figures beside FFmpeg's on the same work, in one run.
bench:
	@installer/setup.sh
	cargo build --release --locked -p footlight
	cargo run -q --release --locked -p xtask -- bench $(ARGS)

# Writes what is generated: schemas and reference pages.
docs:
	cargo xtask schema

fmt:
	cargo fmt --all
