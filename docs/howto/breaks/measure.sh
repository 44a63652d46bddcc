#!/usr/bin/env bash
# Breaks the store of the how-to in each of the ways in this folder, one at a time, and hunts from the
# seeds 1, 2 and 3: with the claim of its test, and with all faults. It prints the rows of the table in
# ../check-your-own-system.md. Give names of patches to measure those alone; CASES=1000 for a quick look.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || set -- "$here"/*.patch
patches=()
for patch; do patches+=("$(realpath "$patch")"); done
root=$(git -C "$here" rev-parse --show-toplevel)
copy=$(mktemp -d)
trap 'git -C "$root" worktree remove --force "$copy/store" && rm -rf "$copy"' EXIT
git -C "$root" worktree add --quiet --detach "$copy/store"
cd "$copy/store"
export CARGO_TARGET_DIR="$copy/target" PROPTEST_CASES=${CASES:-100000} PROPTEST_MAX_SHRINK_ITERS=0
export SCHISM_SABOTAGE=0 NO_COLOR=1

# hunt SEED: the number of the failing case and the failure, or a dash.
hunt() {
  local report
  rm -rf docs/howto/mystore/proptest-regressions proptest-regressions/acknowledged*
  report=$(PROPTEST_RNG_SEED=$1 cargo test --quiet -p mystore --test faults -- --nocapture 2>&1 || true)
  if grep -q ': FAILED,' <<<"$report"; then
    local what number
    what=$(sed -n '/: FAILED,/,/^$/p' <<<"$report" | tr '\n' ' ' | sed 's/.*: FAILED, *//; s/  *$//')
    number=$(sed -n 's/^ *cost *case \([0-9,]*\) of.*/\1/p' <<<"$report")
    printf '%s|%s\n' "$number" "$what"
  elif grep -q ': held' <<<"$report"; then
    printf -- '–|\n'
  else
    printf '%s\n' "$report" >&2
    exit 1
  fi
}

for file in "${patches[@]}"; do
  git checkout --quiet -- . && git apply "$file"
  row="| $(head -n 1 "$file") |" found="" numbers=""
  for claim in 'Nemesis::new().power_loss().partitions()' 'Nemesis::everything()'; do
    sed -i "s/\.survives(.*)$/.survives($claim)/" docs/howto/mystore/tests/faults.rs
    cell=""
    for seed in 1 2 3; do
      IFS='|' read -r number what < <(hunt "$seed")
      cell="${cell:+$cell · }$number"
      found="$found${what%%:*}"$'\n'
    done
    numbers="$numbers $cell |"
  done
  found=$(sort <<<"$found" | uniq -c | sort -rn | sed 's/^ *[0-9]* *//' | { grep . || true; } | paste -sd, | sed 's/,/, /g')
  printf '%s %s |%s\n' "$row" "${found:-nothing}" "$numbers"
done
