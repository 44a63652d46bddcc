#!/usr/bin/env bash
# Sets a hunt's rate beside a floor: the bare library in a simulation that does nothing else. Both run
# on one thread, in turns, and are counted in time of the processor, so that a busy machine spoils
# both alike.
#
# usage: ratio.sh FLOOR [ROUNDS=5] [CASES=1500]
#   FLOOR is the folder of the floor's crate (or SCHISM_ANCHORS/raft-rs-sim): its command
#   `raft-rs-sim cases NODES CASES THREADS` runs cases of 50 operations and 10 faults. It is copied
#   before it is built, and left as it was.
set -euo pipefail

floor=${1:-${SCHISM_ANCHORS:+$SCHISM_ANCHORS/raft-rs-sim}}
rounds=${2:-5} cases=${3:-1500}
if [ -z "$floor" ] || [ ! -f "$floor/Cargo.toml" ]; then
  echo "usage: $0 FLOOR [ROUNDS] [CASES]; no crate in '$floor'" >&2
  exit 2
fi
floor=$(cd "$floor" && pwd)
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$floor" "$work/floor"
chmod -R u+w "$work/floor"

echo "building the floor and the bench" >&2
(
  cd "$work/floor"
  cargo fetch --locked --quiet
  if [ -z "${PROTOC:-}" ]; then
    # The library's build needs protoc, and one of its own dependencies brings it along.
    PROTOC=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" \
      -path "*protobuf-build-*/bin/protoc-linux-$(uname -m)" | head -n 1)
    export PROTOC
  fi
  export CARGO_TARGET_DIR=$work/target
  # With the same allocator as ours, a store without locks, and the library's own logging
  # compiled out.
  cargo build --release --locked --quiet --features nolog,mimalloc,faststore
)
floor_bin=$work/target/release/raft-rs-sim
ours_bin=$(cargo bench --quiet -p schism-adapters --bench rate --no-run --message-format=json |
  sed -n 's/.*"executable":"\([^"]*rate[^"]*\)".*/\1/p' | tail -n 1)

# cpu COMMAND...: the seconds of the processor that it took.
cpu() {
  local TIMEFORMAT='%U %S'
  { time "$@" >/dev/null 2>"$work/errors"; } 2>&1 | awk '{ print $1 + $2 }'
}

median() { sort -n | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

for nodes in 3 5; do
  : >"$work/floor.txt" && : >"$work/ours.txt"
  for _ in $(seq "$rounds"); do
    cpu "$floor_bin" cases "$nodes" "$cases" 1 >>"$work/floor.txt"
    cpu "$ours_bin" "$nodes" "$cases" >>"$work/ours.txt"
  done
  awk -v nodes="$nodes" -v cases="$cases" -v rounds="$rounds" \
    -v floor="$(median <"$work/floor.txt")" -v ours="$(median <"$work/ours.txt")" 'BEGIN {
      printf "%d nodes: floor %.0f cases/s, schism %.0f cases/s, ratio %.2f (%d x %d cases, medians)\n",
        nodes, cases / floor, cases / ours, ours / floor, rounds, cases
    }'
done
