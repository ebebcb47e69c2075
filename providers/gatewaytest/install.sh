#!/bin/sh
# install.sh - fetch node 24, released gateways and Claude Code with npm.
# usage: KEYFORM_ORACLES=DIR install.sh PRODUCT-VERSION...
#   e.g. install.sh clawdbot-2026.1.24-3 openclaw-2026.2.26 claude-code-2.1.328
# Layout: DIR/node24, DIR/PRODUCT-VERSION/node_modules/PRODUCT; of Claude Code
# DIR/claude-code-VERSION/claude runs it. What is already
# there and answers with its version is left alone. No install scripts are run.
set -eu
die() { echo "install.sh: $*" >&2; exit 1; }
: "${KEYFORM_ORACLES:?set KEYFORM_ORACLES to the directory to fill}"
[ $# -gt 0 ] || die "usage: install.sh PRODUCT-VERSION..."

NODE_VERSION=24.21.0
case $(uname -s) in Linux) os=linux ;; Darwin) os=darwin ;; *) die "no node package for $(uname -s)" ;; esac
case $(uname -m) in x86_64 | amd64) arch=x64 ;; aarch64 | arm64) arch=arm64 ;; *) die "no node package for $(uname -m)" ;; esac
FLAGS='--ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error'

mkdir -p "$KEYFORM_ORACLES/node24"
cd "$KEYFORM_ORACLES"
root=$(pwd -P)
node_dir=$root/node24/node_modules/node-$os-$arch
node=$node_dir/bin/node

if [ "$("$node" --version 2>/dev/null)" != "v$NODE_VERSION" ]; then
  command -v npm >/dev/null || die "npm is not in the search path"
  cd "$root/node24"
  echo '{"name":"keyform-node","version":"1.0.0","private":true}' >package.json
  # shellcheck disable=SC2086
  npm install $FLAGS "node-$os-$arch@$NODE_VERSION" npm@11 >install.log 2>&1 || { cat install.log >&2; die "node $NODE_VERSION did not install"; }
  [ "$("$node" --version)" = "v$NODE_VERSION" ] || die "node $NODE_VERSION does not run"
fi
ln -sfn "$node_dir/bin" "$root/node24/bin"
npm=$root/node24/node_modules/npm/bin/npm-cli.js
PATH=$node_dir/bin:$PATH
export PATH

# Releases up to 2026.4 depend on a git repository (libsignal) and, through the
# newest linkedom, on a package that is gone. Neither is used here.
old_manifest() {
  mkdir -p stub-libsignal/src
  echo '{"name":"libsignal","version":"2.0.1","main":"index.js"}' >stub-libsignal/package.json
  echo 'module.exports = {};' >stub-libsignal/index.js
  for name in calculateMAC decrypt encrypt deriveSecrets; do
    echo "exports.$name = () => { throw new Error('stub'); };"
  done >stub-libsignal/src/crypto.js
  for name in calculateSignature verifySignature generateKeyPair; do
    echo "exports.$name = () => { throw new Error('stub'); };"
  done >stub-libsignal/src/curve.js
  echo '{"name":"keyform-oracle","version":"1.0.0","private":true,"overrides":{"libsignal":"file:./stub-libsignal","linkedom":"0.18.12"},"dependencies":{"libsignal":"file:./stub-libsignal"}}' >package.json
}

# Releases up to 2.1.40 are a script for node, later ones a program for the platform in
# a package of its own. Neither needs its install script.
claude_version() { env -i PATH=/usr/bin:/bin HOME="$dir" "$dir/claude" --version 2>/dev/null || :; }
claude_code() {
  version=$1 dir=$root/claude-code-$1
  case $(claude_version) in "$version "*) return ;; esac
  mkdir -p "$dir"
  cd "$dir"
  echo '{"name":"keyform-oracle","version":"1.0.0","private":true}' >package.json
  echo "installing claude-code-$version"
  # shellcheck disable=SC2086
  "$node" "$npm" install $FLAGS "@anthropic-ai/claude-code@$version" >install.log 2>&1 || { cat install.log >&2; die "claude-code-$version did not install"; }
  modules=$dir/node_modules/@anthropic-ai
  if [ -f "$modules/claude-code/cli.js" ]; then
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$modules/claude-code/cli.js" >claude
  else
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$modules/claude-code-$os-$arch/claude" >claude
  fi
  chmod 755 claude
  case $(claude_version) in "$version "*) ;; *) die "claude-code-$version does not run" ;; esac
}

for release in "$@"; do
  case $release in claude-code-*)
    (claude_code "${release#claude-code-}")
    continue
    ;;
  esac
  product=${release%%-*} version=${release#*-}
  dir=$root/$release
  package=$dir/node_modules/$product/package.json
  [ ! -f "$dir/.installed" ] || [ ! -f "$package" ] || continue
  mkdir -p "$dir"
  cd "$dir"
  month=${version#*.} month=${month%%.*}
  if [ "$month" -lt 5 ]; then old_manifest; else echo '{"name":"keyform-oracle","version":"1.0.0","private":true}' >package.json; fi
  echo "installing $release (a minute or two, up to 1.4 GB)"
  # shellcheck disable=SC2086
  "$node" "$npm" install $FLAGS "$product@$version" >install.log 2>&1 || { cat install.log >&2; die "$release did not install"; }
  got=$("$node" -p 'require(process.argv[1]).version' "$package")
  [ "$got" = "$version" ] || die "$release: its package.json says $got"
  : >.installed
done
