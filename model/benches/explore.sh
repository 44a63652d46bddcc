#!/usr/bin/env bash
# Medians of the searches side by side, each round one after the other: this library's, Stateright's
# on the same models, and, where its folder is given, Stateright's own example of Raft as it is
# written there.
#
# usage: explore.sh [ROUNDS=5] [EXAMPLE]
#   EXAMPLE is the folder of a crate (or SCHISM_ANCHORS/sr-bench) whose command
#   `sr-bench raft bfs|dfs THREADS 3 10` searches that example. It is copied before it is built, and
#   left as it was.
set -euo pipefail

rounds=${1:-5} example=${2:-${SCHISM_ANCHORS:+$SCHISM_ANCHORS/sr-bench}}
if [ -n "$example" ] && [ ! -f "$example/Cargo.toml" ]; then
  echo "usage: $0 [ROUNDS] [EXAMPLE]; no crate in '$example'" >&2
  exit 2
fi
example=${example:+$(cd "$example" && pwd)}
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "building" >&2
bench=$(cargo bench --quiet -p schism --bench explore --no-run --message-format=json |
  sed -n 's/.*"executable":"\([^"]*explore[^"]*\)".*/\1/p' | tail -n 1)
if [ -n "$example" ]; then
  cp -r "$example" "$work/example"
  chmod -R u+w "$work/example"
  (cd "$work/example" && CARGO_TARGET_DIR=$work/target cargo build --release --locked --quiet)
fi

# Of each run: model, search, threads, states, states for a CPU second, real seconds.
for _ in $(seq "$rounds"); do
  "$bench" | awk '/ k.CPU s / {
    for (i = 1; i <= NF; i++) {
      if ($i == "threads") { threads = $(i - 1); name = $2; if (i > 4) name = name " " $3 }
      if ($i == "states") states = $(i - 1)
      if ($i == "k/CPU") rate = $(i - 1) * 1000
      if ($i == "s" && $(i - 1) ~ /^[0-9.]+$/) real = $(i - 1)
    }
    print $1 "\t" name "\t" threads "\t" states "\t" rate "\t" real
  }' >>"$work/runs"
  if [ -n "$example" ]; then
    for how in 'bfs 1' 'bfs 4' 'dfs 1'; do
      # shellcheck disable=SC2086
      "$work/target/release/sr-bench" raft $how 3 10 | tr ' ' '\n' |
        awk -F= -v how="$how" '{ got[$1] = $2 } END {
          split(how, word, " ")
          print "its example\tstateright " word[1] "\t" word[2] "\t" got["unique"] "\t" \
            got["uniq/cpu_s"] "\t" got["wall_s"]
        }' >>"$work/runs"
    done
  fi
done

# The row in the middle of each column on its own.
awk -F'\t' '
  function median(list,   n, i, j, a, t) {
    n = split(list, a, " ")
    for (i = 2; i <= n; i++) {
      t = a[i] + 0
      for (j = i - 1; j > 0 && a[j] + 0 > t; j--) a[j + 1] = a[j]
      a[j + 1] = t
    }
    return a[int((n + 1) / 2)]
  }
  {
    key = $1 "\t" $2 "\t" $3
    if (!(key in states)) order[++count] = key
    states[key] = states[key] " " $4; rates[key] = rates[key] " " $5; reals[key] = reals[key] " " $6
  }
  END {
    printf "%-12s %-15s %7s %10s %14s %8s\n", \
      "model", "search", "threads", "states", "states/CPU s", "real s"
    for (i = 1; i <= count; i++) {
      split(order[i], part, "\t")
      rate[part[1], part[2], part[3]] = median(rates[order[i]])
      real[part[1], part[2], part[3]] = median(reals[order[i]])
      found[part[1], part[2], part[3]] = median(states[order[i]])
      if (part[1] != last) models[++kinds] = last = part[1]
      printf "%-12s %-15s %7d %10d %14d %8.2f\n", part[1], part[2], part[3], \
        median(states[order[i]]), median(rates[order[i]]), median(reals[order[i]])
    }
    for (i = 1; i <= kinds; i++) {
      m = models[i]; b = "stateright bfs"
      printf "%s: its four threads are %.2f times as fast as one, depth first finds %.1f%%", \
        m, real[m, b, 1] / real[m, b, 4], 100 * found[m, "stateright dfs", 1] / found[m, b, 1]
      if ((m, "schism", 1) in rate)
        printf "; ours %.2f times, and %.2f times its states for a CPU second", \
          real[m, "schism", 1] / real[m, "schism", 4], rate[m, "schism", 1] / rate[m, b, 1]
      print ""
    }
  }' "$work/runs"
