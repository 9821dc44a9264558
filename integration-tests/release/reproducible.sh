#!/usr/bin/env bash
# Builds the release twice, from the same commit in two directories, and compares every file.
set -euo pipefail
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for build in one two; do
    git clone --quiet "$project" "$work/$build"
    (cd "$work/$build" && mvn -B -q -ntp -Prelease -DskipTests -Dcheckstyle.skip -Dspotless.check.skip "$@" package)
    (cd "$work/$build/target/release" && sha256sum -- *) > "$work/$build.sums"
done
cat "$work/one.sums"
diff "$work/one.sums" "$work/two.sums" && echo "The builds are equal."
