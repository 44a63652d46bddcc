#!/usr/bin/env bash
# Sets a group of members beside a floor: the bare library in a simulation that does nothing else.
# Both run on one thread, in turns, and are counted in time of the processor.
#
# usage: swim.sh FLOOR [TURMOIL] [ROUNDS=3]
#   FLOOR is the folder of the floor's crate: its command `foca-sim NODES SECONDS` prints `cpu_s=`.
#   TURMOIL, where it is given, is that of a crate whose command `turmoil-bench swim NODES SECONDS
#   [TICK_MS]` runs the same library in turmoil. Both are copied before they are built.
set -euo pipefail

floor=${1:-${SCHISM_ANCHORS:+$SCHISM_ANCHORS/foca-sim}}
turmoil=${2:-${SCHISM_ANCHORS:+$SCHISM_ANCHORS/turmoil-bench}}
rounds=${3:-3}
if [ -z "$floor" ] || [ ! -f "$floor/Cargo.toml" ]; then
  echo "usage: $0 FLOOR [TURMOIL] [ROUNDS]; no crate in '$floor'" >&2
  exit 2
fi
floor=$(cd "$floor" && pwd)
turmoil=${turmoil:+$(cd "$turmoil" && pwd)}
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# build FOLDER: the program of a crate, built from a copy of it.
build() {
  local name
  name=$(basename "$1")
  cp -r "$1" "$work/$name"
  chmod -R u+w "$work/$name"
  (cd "$work/$name" && CARGO_TARGET_DIR=$work/target cargo build --release --locked --quiet)
  echo "$work/target/release/$name"
}

echo "building the floor and the bench" >&2
floor_bin=$(build "$floor")
turmoil_bin=${turmoil:+$(build "$turmoil")}
ours_bin=$(cargo bench --quiet -p schism-adapters --bench swim --no-run --message-format=json |
  sed -n 's/.*"executable":"\([^"]*swim[^"]*\)".*/\1/p' | tail -n 1)

# The floor's seconds have few digits; events times nanoseconds have more.
product() { sed -n 's/.* events=\([0-9]*\) .*ns\/event=\([0-9]*\) .*/\1 \2/p' | awk '{ print $1 * $2 / 1e9 }'; }
seconds() { sed -n "s/.* round=$1 .*cpu_s=\([0-9.]*\) .*/\1/p"; }
median() { sort -n "$1" | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

# Each run is one process, on both sides, with the round as its seed: what is called cold is the
# first thing that a process does, as it is for the floor, whose process does only one. What is
# called warm is the same once more in the same process.
for nodes in 5 100 1000; do
  rm -f "$work"/*.txt
  for round in $(seq "$rounds"); do
    "$floor_bin" "$nodes" 60 "$round" | product >>"$work/floor.txt"
    for how in bare judged; do
      "$ours_bin" "$nodes" 60 2 "$round" "$how" >"$work/ours.txt"
      seconds 1 <"$work/ours.txt" >>"$work/$how-cold.txt"
      seconds 2 <"$work/ours.txt" >>"$work/$how-warm.txt"
    done
  done
  floor=$(median "$work/floor.txt")
  echo "$nodes nodes: floor $(awk "BEGIN { printf \"%.2f\", $floor * 1000 }") ms"
  for when in cold warm; do
    awk -v when="$when" -v floor="$floor" -v bare="$(median "$work/bare-$when.txt")" \
      -v judged="$(median "$work/judged-$when.txt")" 'BEGIN {
        printf "  %s: schism %.2f ms (%.2f times the floor), judged %.2f ms (%.2f of it)\n",
          when, bare * 1000, bare / floor, judged * 1000, judged / bare
      }'
  done
done
if [ -n "$turmoil_bin" ]; then
  "$turmoil_bin" swim 5 60
  "$turmoil_bin" swim 100 60 10
fi
