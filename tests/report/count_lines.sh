#!/usr/bin/env bash
# count_lines.sh ROOT WORK: the report's lines of code are counted in sources whose path has spaces, too.
set -eu
root=$1 work=$2
rm -rf "$work"
mkdir -p "$work/a place with spaces/src/core/deep" "$work/a place with spaces/src/empty"
printf '// what it is for\n\nint a;  // counts\n  // does not\n' >"$work/a place with spaces/src/core/a b.h"
printf 'int b;\n' >"$work/a place with spaces/src/core/deep/b.cpp"
printf 'not code\n' >"$work/a place with spaces/src/core/c.txt"
"$root/cmake/count_lines.sh" "$work/lines.txt" "$work/a place with spaces" src/core src/empty
diff - "$work/lines.txt" <<<$'src/core 2 5 2\nsrc/empty 0 0 0'
