#!/bin/sh
# Shows keyform at work: builds it, lays a home directory with two gateways' stores in
# a temporary place, plans, applies, and plans again. keyform gets an environment of its
# own there, so it neither reads nor writes anything of the real home directory. All
# credentials are fake. KEEP=1 leaves the place for a closer look; the name of another
# example as argument shows that one.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
example=$(dirname "$here")/${1:-demo}
if [ ! -d "$example/home" ] || [ ! -f "$example/main.hcl" ]; then
  echo "There is no example ${1:-demo} with a home of its own." >&2
  exit 2
fi
box=$(mktemp -d "${TMPDIR:-/tmp}/keyform-demo.XXXXXX")
box=$(cd "$box" && pwd -P)

finish() {
  if [ -n "${KEEP:-}" ]; then echo "The sandbox is $box"; else rm -rf "$box"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

bold='' faint='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$(printf '\033[1m') faint=$(printf '\033[2m') plain=$(printf '\033[0m')
fi
say() { printf '\n%s%s%s\n' "$faint" "$*" "$plain"; }
typed() { printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"; }

# keyform runs the real program as a user in the sandbox would.
keyform() {
  typed "keyform $*"
  (cd "$box/home/keyform" && env -i HOME="$box/home" PATH="$box/bin" TMPDIR="$box/tmp" TERM="${TERM:-dumb}" \
    ${NO_COLOR:+NO_COLOR=1} $secrets "$box/bin/keyform" "$@")
}

mkdir "$box/bin" "$box/tmp" "$box/before"
(cd "$here/../.." && CGO_ENABLED=0 go build -trimpath -buildvcs=false -o "$box/bin/keyform" ./cmd/keyform)
cp -R "$example/home" "$box/home"
secrets=''
if [ -f "$example/secrets.env" ]; then secrets=$(grep = "$example/secrets.env"); fi
mkdir "$box/home/keyform"
sed "s/issued = \".*\"/issued = \"$(date -u +%Y-%m-%d)\"/" "$example/main.hcl" >"$box/home/keyform/main.hcl"
chmod -R go= "$box/home"
cp -R "$box/home/." "$box/before"

say "A home with" $(cd "$box/home" && ls -d .[!.]*) "in it; every key is fake."
typed cat main.hcl
cat "$box/home/keyform/main.hcl"
keyform plan -out=next.plan
keyform apply next.plan
say "All is as declared, so the next plan is empty (exit code 0):"
keyform plan -detailed-exitcode

say "What was touched: ~ changed, + new. keyform keeps its own files in .keyform."
(cd "$box/home" && find . -path ./keyform -prune -o -path ./secrets -prune -o -name .keyform -print -prune -o -type f -print) |
  LC_ALL=C sort | while read -r file; do
  mark=' '
  if [ ! -e "$box/before/$file" ]; then mark=+; elif ! cmp -s "$box/before/$file" "$box/home/$file"; then mark='~'; fi
  mode=$(ls -ld "$box/home/$file")
  printf '  %s %.10s %s\n' "$mark" "$mode" "${file#./}"
done

edited=''
for config in "$box"/before/.*/*.json; do
  file=${config#"$box/before/"}
  if [ -e "$config" ] && ! cmp -s "$config" "$box/home/$file"; then edited=$file; fi
done
[ -n "$edited" ] || exit 0
say "In a file that a person wrote, an edit touches the lines it must:"
typed diff -u "$(basename "$edited").before" "$(basename "$edited")"
diff -u "$box/before/$edited" "$box/home/$edited" | tail -n +3 || true
