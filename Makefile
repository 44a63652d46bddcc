# Names for the commands that people type often. What they do stands in .ci/run and in Cargo.toml.
.PHONY: test ci doc bench

test:
	cargo test

ci:
	.ci/run

doc:
	cargo doc --no-deps --all-features --open

bench:
	cargo bench -p schism-adapters
