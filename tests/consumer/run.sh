#!/usr/bin/env bash
# Installs a component of a build into a prefix, moves the prefix, and builds and runs tests/consumer/project against it.
# Usage: run.sh BUILD COMPONENT WORK, with CXX, CXXFLAGS, CMAKE, CTEST and LIMIT (bytes of a shared
# library) in the environment.
set -euo pipefail
build=$1 component=$2 work=$3
project=$(cd "$(dirname "$0")/project" && pwd)
export CCACHE_DISABLE=1

rm -rf "$work"
mkdir -p "$work"
"$CMAKE" --install "$build" --component "$component" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$work/prefix"
prefix=$work/prefix

echo "-- the installed library"
library=$(find "$prefix" -name 'libtriptych.so.*.*.*' -o -name 'libtriptych.a')
size=$(stat -c %s "$library")
echo "$library: $size bytes"
case $library in
  *.so.*)
    ((size < LIMIT)) || { echo "more than $LIMIT bytes"; exit 1; }
    # It shows what is marked, and what the standard library's templates make of it in every C++ library, types of functions of
    # numbers among it: nothing of a private dependency, or it would clash with the consumer's own copy.
    symbols=$(nm -D --defined-only --demangle "$library" | cut -d' ' -f2-)
    # With the emulated GPU, threadIdx and its like are for kernels that are compiled at run time; without optimization nvcc makes
    # functions of its headers' inline ones.
    if grep -vE '^. .*triptych(::|_)|^[VWu] .*(std|__gnu_cxx)::|^V typeinfo (name )?for [a-z]+ (\(\*\))?\([a-z ,]*\)$|^[BD] (threadIdx|blockIdx|blockDim|gridDim)$|^W (dim3::dim3|operator (new|delete))\(.*\)$' <<<"$symbols" ||
      grep -E '\<(Eigen|dnnl|nlohmann|fmt)::|dnnl_' <<<"$symbols"; then
      echo "the library shows symbols that are not its own"
      exit 1
    fi
    ;;
esac
for file in $(cd "$prefix" && find . -type f -name '*.cmake' -o -name '*.pc' -o -name '*.h'); do
  if grep -nF "$(cd "$project/../../.." && pwd)" "$prefix/$file"; then
    echo "$file names the source tree"
    exit 1
  fi
done

echo "-- a project that uses find_package"
"$CMAKE" -S "$project" -B "$work/project" -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix"
"$CMAKE" --build "$work/project" --parallel 2
env -u LD_LIBRARY_PATH "$CTEST" --test-dir "$work/project" --output-on-failure --no-tests=error

echo "-- a program that uses pkg-config"
pc=$(dirname "$(find "$prefix" -name triptych.pc)")
flags=$(PKG_CONFIG_PATH=$pc pkg-config --cflags --libs triptych)
echo "$flags"
# shellcheck disable=SC2086 # the flags are words
"$CXX" ${CXXFLAGS:-} -std=c++20 -Wall -Wextra -Werror "$project/core.cpp" $flags -o "$work/with-pkg-config"
env -u LD_LIBRARY_PATH "$work/with-pkg-config"

if [[ $library == *.so.* && -z ${CXXFLAGS:-} ]]; then
  echo "-- an op of one's own, built as docs/adding_an_op.md says"
  mkdir "$work/op"
  cp "$project"/../../custom_op/{cube.h,cube.cpp,my_program.cpp} "$work/op"
  cd "$work/op"
  lines=$(sed -n '/^```sh$/,/^```$/{/^```/!p}' "$project/../../../docs/adding_an_op.md")
  [[ $(wc -l <<<"$lines") == 2 ]]
  said=$(PKG_CONFIG_PATH=$pc bash -ec "$lines")
  echo "$said"
  [[ $said == "[1. 8.] [ 3. 12.]" ]]
fi
