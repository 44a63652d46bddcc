# Names for the commands that people type often. What they do stands in .ci/run and in Cargo.toml.
.PHONY: test ci doc bench quality chaos-test-quick chaos-test chaos-test-full

# So long the last hunt of chaos-test-full lasts, in seconds.
CHAOS_TEST_DURATION ?= 300
SCHISM = cargo run --release --

test:
	cargo test

ci:
	.ci/run

doc:
	cargo doc --no-deps --all-features --open

bench:
	cargo bench -p schism-adapters

quality:
	cargo fmt --check
	cargo clippy --workspace --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features
	cargo test

chaos-test-quick:
	$(SCHISM) check scenario:all

chaos-test: chaos-test-quick
	$(SCHISM) check scenario:all --vary

chaos-test-full: chaos-test
	$(SCHISM) check raft-rs --seconds $(CHAOS_TEST_DURATION)
