# What the recipes share. A recipe has folders of its own, so that several can run at once, and nothing is left of it.
set -euo pipefail
shopt -s inherit_errexit
program=$(realpath "${DALER:-$(dirname "${BASH_SOURCE[0]}")/../../build/release/daler}")
folder=$(mktemp -d)
export HOME=$folder XDG_RUNTIME_DIR=$folder
unset DALER_NETWORK
trap 'daler down > /dev/null 2>&1 || true; rm -rf "$folder"' EXIT

daler() { "$program" "$@"; }

# n1 METHOD ARGUMENT... calls a node.
n1() { daler cli n1 "$@"; }
n2() { daler cli n2 "$@"; }
n3() { daler cli n3 "$@"; }

# field KEY...: a part of the JSON on standard input; a number is a place in an array.
field() {
  python3 -c 'import json, sys
value = json.load(sys.stdin, parse_float=str)
for key in sys.argv[1:]:
    value = value[int(key) if isinstance(value, list) else key]
print(value if isinstance(value, (str, int)) and not isinstance(value, bool) else json.dumps(value))' "$@"
}

confirmations() { "$1" gettransaction "$2" | field confirmations; }

# expect TEXT COMMAND...: waits until the command prints the text; fails after ten seconds.
expect() {
  local text=$1 output= end=$((SECONDS + 10))
  shift
  until output=$("$@" 2>&1) && [[ $output == "$text" ]]; do
    ((SECONDS < end)) || { echo "expected '$text' of '$*', but it says '$output'" >&2; exit 1; }
    sleep 0.02
  done
}

tip() { "$1" getbestblockhash; }
in_mempool() { "$1" getmempoolentry "$2" | field depends; }
