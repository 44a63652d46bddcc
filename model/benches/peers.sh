#!/usr/bin/env bash
# Checkers of linearizability side by side: the same files, in turn, in several rounds. What comes out
# is the tables of docs/explanation/linearizability.md, as markdown, or with --page in that page.
#
#   model/benches/peers.sh [--rounds N] [--seconds S] [--gigabytes G] [--only WORD] [--cpu] [--page]
#
# Times are real, or with --cpu those of the processor: of all threads together, on a busy machine.
#
# Ours and Stateright's tester are built from this repository. Others are named by a variable with the
# command that judges the files it is given, as PORCUPINE. It prints one line:
#
#   linearizable|refuted|K-of-N-linearizable  REAL-SECONDS  PROCESSOR-SECONDS  PEAK-MB
#
# where reading is not counted, and what is quick is the median of many runs. Who needs more than the
# time or the memory that is allowed is not asked about larger histories of the same kind. The verdicts
# must agree.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=5 seconds=60 gigabytes=8 only= column=2 page=
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=$2; shift ;;
    --seconds) seconds=$2; shift ;;
    --gigabytes) gigabytes=$2; shift ;;
    --only) only=$2; shift ;;
    --cpu) column=3 ;;
    --page) page=docs/explanation/linearizability.md ;;
    *) echo "peers.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files" "$work/told"

cargo build --release --quiet -p schism-adapters --bin schism
schism=${CARGO_TARGET_DIR:-target}/release/schism
bench=$(cargo bench -p schism --bench linearizability --no-run 2>&1 |
  sed -n 's/.*Executable.*(\(.*\)).*/\1/p')
"$bench" --write "$work/files"

# Kind, file and what the page calls it; within a kind from small to large.
rows=()
sized() {
  local kind=$1 text=$2 size stale
  shift 2
  for size in "$@"; do
    for stale in "" -stale; do
      rows+=("$kind$stale|$kind-$size$stale.hist|$text, ${size%-*} clients${stale:+, one stale read}|${size#*-}")
    done
  done
}
sized register "register, unique values" 3-1000 3-5000 5-10000 5-100000 5-1000000
sized swaps "compare-and-set, 5 values" 3-1000 5-10000 5-100000 5-1000000
for open in 10 20 60; do
  rows+=("unread|unread-$open.hist|$open writes without an end, then a stale read|$((open + 5))")
done
etcd=${HISTORIES:-../shared/corpus/histories}/porcupine-etcd
if [ -d "$etcd" ]; then
  count=$(find "$etcd" -name '*.log' | wc -l)
  rows+=("etcd|$etcd|$count logs of etcd under Jepsen, together|65 to 90")
fi

# run PEER FILE...: its one line, or why there is none.
run() {
  local peer=$1 command line code=0
  shift
  case $peer in
    porcupine) command=("$PORCUPINE") ;;
    *) command=("$bench" --judge "$peer") ;;
  esac
  line=$(
    # Deep recursions are for the limit of memory to end, not for that of the stack.
    ulimit -s unlimited 2>/dev/null || ulimit -s "$(ulimit -Hs)"
    ulimit -v $((gigabytes << 20))
    timeout "$seconds" "${command[@]}" "$@" 2>"$work/stderr"
  ) || code=$?
  case $code in
    0) echo "$line" ;;
    124) echo ">time" ;;
    *) echo ">memory" ;;
  esac
}

peers=(stateright)
[ -n "${PORCUPINE:-}" ] && peers+=(porcupine)
peers+=(verdict schism)

# The median of the runs of a peer on a file: the verdict, the seconds, and the memory.
median() {
  sort -g -k "$column" "$work/told/$1:$2" 2>/dev/null |
    awk -v c="$column" '{ line[NR] = $1 " " $c " " $4 } END { print line[int((NR + 1) / 2)] }'
}

declare -A skipped gone
for ((round = 1; round <= rounds; round++)); do
  for row in "${rows[@]}"; do
    IFS='|' read -r kind file name _ <<<"$row"
    [[ $name == *"$only"* ]] || continue
    if [ -d "$file" ]; then files=("$file"/*.log); else files=("$work/files/$file"); fi
    for peer in "${peers[@]}"; do
      [ -n "${skipped[$peer:$file]:-}" ] && continue
      if [ "$round" = 1 ] && [ -n "${gone[$peer:$kind]:-}" ]; then
        skipped[$peer:$file]=1
        continue
      fi
      told=$(run "$peer" "${files[@]}")
      echo "$told" >>"$work/told/$peer:${file##*/}"
      echo "round $round, $name ($file): $peer $told" >&2
      # What takes long is run once, and what does not end is the last of its kind.
      if [[ $told == ">"* ]]; then gone[$peer:$kind]=1; fi
      if [[ $told == ">"* ]] || awk "BEGIN { exit !($(cut -d' ' -f2 <<<"$told") > 5) }"; then
        skipped[$peer:$file]=1
      fi
    done
  done
done

grouped() { sed -E ':again; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; t again' <<<"$1"; }

shown() {
  awk -v s="$1" 'BEGIN {
    if (s < 1e-3) printf "%.3f ms", s * 1e3
    else if (s < 1e-2) printf "%.2f ms", s * 1e3
    else if (s < 1e-1) printf "%.1f ms", s * 1e3
    else if (s < 10) printf "%.2f s", s
    else printf "%.0f s", s
  }'
}

# One cell: a time, with the memory where it is much.
cell() {
  local told verdict time memory
  told=$(median "$1" "$2")
  read -r verdict time memory <<<"$told"
  case $verdict in
    "") echo "not run" ;;
    ">time") echo "more than $seconds s" ;;
    ">memory") echo "more than $gigabytes GB" ;;
    *)
      if [ "${memory:-0}" -ge 1000 ]; then
        echo "$(shown "$time"), $(awk "BEGIN { printf \"%.1f\", $memory / 1000 }") GB"
      else
        shown "$time"
      fi
      ;;
  esac
}

compared() {
  local header="| history | operations | verdict |" line="|---|---|---|" peer
  for peer in "${peers[@]}"; do
    case $peer in
      stateright) header+=" Stateright |" ;;
      porcupine) header+=" Porcupine |" ;;
      verdict) header+=" Schism |" ;;
      schism) header+=" Schism, with the reason |" ;;
    esac
    line+="---|"
  done
  if [ -n "${PORCUPINE:-}" ]; then header+=" Porcupine / Schism |" line+="---|"; fi
  printf '%s\n%s\n' "$header" "$line"
  local row name operations file verdicts theirs ours
  for row in "${rows[@]}"; do
    IFS='|' read -r _ file name operations <<<"$row"
    file=${file##*/}
    [ -e "$work/told/verdict:$file" ] || continue
    verdicts=$(cut -d' ' -f1 "$work"/told/*:"$file" | grep -v '^>' | sort -u)
    if [ "$(wc -l <<<"$verdicts")" != 1 ]; then
      echo "peers.sh: the verdicts on $name differ: $verdicts" >&2
      return 1
    fi
    line="| $name | $(grouped "$operations") | ${verdicts//-/ } |"
    for peer in "${peers[@]}"; do line+=" $(cell "$peer" "$file") |"; done
    if [ -n "${PORCUPINE:-}" ]; then
      read -r theirs ours <<<"$(median porcupine "$file" | cut -d' ' -f2) $(median verdict "$file" |
        cut -d' ' -f2)"
      if [[ $(median porcupine "$file") == [a-z0-9]* ]]; then
        line+=" $(awk "BEGIN { r = $theirs / $ours; printf r < 10 ? \"%.1f\" : \"%.0f\", r }") |"
      else
        line+=" |"
      fi
    fi
    echo "$line"
  done
}

# How fast each format is read, and how much memory the command takes for all of it.
formats() {
  local base=$work/files/formats file text name bytes read_s all_s memory
  cp "$work/files/register-5-1000000.hist" "$base.hist"
  "$schism" history "$base.hist" --write "$base.edn" >/dev/null
  "$schism" history "$base.hist" --write "$base.jsonl" >/dev/null
  gzip -1 -k "$base.hist"
  echo "| format | size | read at | read and judged in | memory |"
  echo "|---|---|---|---|---|"
  for name in hist edn kv log jsonl rows hist.gz; do
    file=$base.$name bytes=$(stat -c %s "${base}.${name%.gz}")
    case $name in
      hist) text="hist" ;;
      edn) text="Jepsen's EDN" ;;
      kv) text="Porcupine's stores" ;;
      log) text="Jepsen's log" ;;
      jsonl) text="JSON lines" ;;
      rows) text="interval rows (a queue)" ;;
      hist.gz) text="hist, gzip" ;;
    esac
    : >"$work/reads"
    for ((round = 1; round <= rounds; round++)); do
      "$schism" history "$file" --json "$work/one.json" >/dev/null &
      peak $!
      echo "$(jq -r '.[0] | "\(.seconds_read) \(.seconds)"' "$work/one.json") $memory"
    done >"$work/reads"
    read -r read_s all_s memory <<<"$(sort -g "$work/reads" |
      awk '{ line[NR] = $0 } END { print line[int((NR + 1) / 2)] }')"
    awk -v t="$text" -v b="$bytes" -v r="$read_s" -v a="$all_s" -v m="$memory" 'BEGIN {
      speed = r > 0 ? sprintf("%.0f MB/s", b / 1e6 / r) : "while it is judged"
      printf "| %s | %.0f MB | %s | %.2f s | %s MB |\n", t, b / 1e6, speed, a, m
    }'
  done
}

# The most memory that a process of ours takes until it ends, in MB, as `memory`.
peak() {
  local now
  memory=0
  while now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status" 2>/dev/null); do
    [ "${now:-0}" -gt "$memory" ] && memory=$now
    [ -z "$now" ] && break
    sleep 0.01
  done
  wait "$1" || true
  memory=$((memory / 1000))
}

# Puts a file in place of what stands between two marks of the page.
put() {
  awk -v mark="<!-- $1 -->" -v file="$2" '
    $0 == mark { print; print ""; while ((getline line < file) > 0) print line; print ""; inside = 1 }
    $0 == "<!-- end -->" { inside = 0 }
    !inside && $0 != mark { print }
  ' "$page" >"$work/page"
  cp "$work/page" "$page"
}

compared >"$work/compared"
if [ -z "$only" ]; then
  "$bench" --markdown >"$work/rows"
  formats >"$work/formats"
else
  : >"$work/rows" >"$work/formats"
fi
if [ -z "$page" ]; then
  cat "$work/rows" <(echo) "$work/compared" <(echo) "$work/formats"
else
  put rows "$work/rows"
  put compared "$work/compared"
  put formats "$work/formats"
fi
