#!/usr/bin/env bash
# Makes the pictures of ../walk-a-counterexample.md anew. It needs a Chromium; CHROMIUM=path names
# another than `chromium`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(git -C "$here" rev-parse --show-toplevel)
cd "$root"
cargo build --quiet --release --bin schism
scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT

# serve WHAT...: opens it on a free port, and waits until it tells its address.
serve() {
  [ -z "$server" ] || kill "$server"
  target/release/schism explore "$@" --port 0 >"$scratch/told" &
  server=$!
  until grep -q 'Ctrl-C ends' "$scratch/told"; do sleep 0.1; done
  sleep 1
  address=$(grep -o 'http://127.0.0.1:[0-9]*/' "$scratch/told" | head -n 1)
}

# shoot PAGE HEIGHT FILE
shoot() {
  "${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars \
    --disable-sync --disable-background-networking --disable-component-update \
    --user-data-dir="$scratch/profile" --virtual-time-budget=10000 --window-size="1400,$2" \
    --screenshot="$here/$3" "$1" 2>/dev/null
  echo "docs/howto/walk/$3"
}

serve proptest-regressions/mutant-PM09/034f064f.schedule
failure=$(sed -n 's/.*#\/steps/#\/steps/p' "$scratch/told")
shoot "$address" 1150 failure.png
# Six steps before the failure, and then another way: the client asks the node that leads.
before=$(sed 's/\(\/[0-9]*\)\{6\}$//' <<<"$failure")
shoot "$address$before" 1150 before.png
# The list of what else can happen to the first machine, off the record of a healthy cluster.
serve raft-rs
place() { # place PATH WORDS: which of the next moves begins so
  curl -s "${address}.states$1" | grep -o "\"action\":\"$2[^}]*\"actionIndex\":[0-9]*" |
    grep -o '[0-9]*$' | head -n 1
}
ask=/0/$(place /0 'ask: c0 -> n1  put')
list=$ask/$(place "$ask" "+ more for n1's machine")
disk=$list/$(place "$list" 'disk n1 fails its next write keeping')
again=$disk/$(place "$disk" "+ more for n1's machine")
shoot "$address#/steps$again" 1000 list.png
serve raft --bug vote-forgotten
shoot "$address" 620 model.png
