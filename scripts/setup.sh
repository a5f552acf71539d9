#!/usr/bin/env bash
# What scripts/demo and scripts/test share: installs the Debian packages that a build needs, configures and builds.
# Sourced by them; run directly, `scripts/setup.sh [--no-install]` prepares the machine and stops there.

# Debian package and, after the colon, a command or file that shows that it is there (found without dpkg too).
packages=(
  "g++:g++"
  "cmake:cmake"
  "ninja-build:ninja"
  "pkg-config:pkg-config"
  "libeigen3-dev:/usr/include/eigen3/Eigen/Core"
  "libdnnl-dev:/usr/include/oneapi/dnnl/dnnl.hpp"
  "libgtest-dev:/usr/include/gtest/gtest.h"
  "libgmock-dev:/usr/include/gmock/gmock.h"
  "libbenchmark-dev:/usr/include/benchmark/benchmark.h"
  "nlohmann-json3-dev:/usr/include/nlohmann/json.hpp"
  "libfmt-dev:/usr/include/fmt/core.h"
  "libcli11-dev:/usr/include/CLI/CLI.hpp"
  "zlib1g-dev:/usr/include/zlib.h"
  "libhdf5-dev:/usr/include/hdf5/serial/hdf5.h"
  "libzip-dev:/usr/include/zip.h"
  "libpng-dev:/usr/include/png.h"
  "libjpeg62-turbo-dev:/usr/include/jpeglib.h"
  "libgif-dev:/usr/include/gif_lib.h"
)
# Only the test suite needs these: the debugger for its pretty-printers.
test_packages=("gdb:gdb" "python3:python3")
# A build under sanitizers takes a third of the time with clang; without it the compiler of all else makes it.
sanitizer_packages=("clang:clang++" "libclang-rt-dev:/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.asan-$(uname -m).a")
# Without oneDNN, Eigen's kernels do all the work; without HDF5 and libzip, models are not written as Keras's files;
# without the last three, only BMP pictures are read.
optional_packages=("libdnnl-dev" "libhdf5-dev" "libzip-dev" "libpng-dev" "libjpeg62-turbo-dev" "libgif-dev" "clang" "libclang-rt-dev")

say() { printf '== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints the packages of the given list that are not there.
missing_packages() {
  local entry package proof
  for entry in "$@"; do
    package=${entry%%:*} proof=${entry#*:}
    if [[ $proof == /* ]]; then [[ -e $proof ]]; else command -v "$proof" >/dev/null; fi || echo "$package"
  done
}

# prepare INSTALL PACKAGE...: INSTALL is yes or no.
prepare() {
  local install=$1 as_root=() missing required package
  shift
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0

  if [[ $install == no ]]; then
    required=()
    for package in "${missing[@]}"; do
      if [[ " ${optional_packages[*]} " == *" $package "* ]]; then
        say "not installed, building without it: $package"
      else
        required+=("$package")
      fi
    done
    ((${#required[@]})) || return 0
    printf 'error: these Debian packages are missing:\n' >&2
    printf '  %s\n' "${required[@]}" >&2
    printf 'Install them with: apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
    exit 1
  fi

  command -v apt-get >/dev/null ||
    fail "apt-get was not found; on a machine that is not Debian, install by hand and use --no-install: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "installing needs root or sudo; missing: ${missing[*]} (or use --no-install)"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
  "${apt[@]}" update >/dev/null </dev/null || fail "apt-get update did not work: is the network there?"
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null </dev/null ||
    fail "apt-get could not install ${missing[*]}"
}

# A build needs a folder that can be written; a source tree may be read-only.
can_build() { mkdir -p "$build" 2>/dev/null && [[ -w $build ]]; }
no_build() { echo "the build folder $build cannot be written; set TRIPTYCH_BUILD_DIR to one that can"; }

# configure and build the given CMake targets, Release; TRIPTYCH_BUILD_DIR chooses another folder than build/.
# Each returns its command's status.
configure() {
  say "configuring in $build"
  local launcher=()
  if command -v ccache >/dev/null; then
    # What ccache asks for, where there are precompiled headers.
    local cache="env;CCACHE_SLOPPINESS=pch_defines,time_macros;ccache"
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER="$cache" -DCMAKE_CXX_COMPILER_LAUNCHER="$cache")
  fi
  # A folder that was configured by hand keeps its generator.
  local generator=(-G Ninja)
  [[ ! -e $build/CMakeCache.txt ]] || generator=()
  cmake -S "$root" -B "$build" "${generator[@]}" -DCMAKE_BUILD_TYPE=Release "${launcher[@]}" "$@" </dev/null
}

build_targets() {
  say "building $*"
  local parallel=()
  [[ -e $build/build.ninja ]] || parallel=(--parallel "$(nproc)")  # as Ninja does by itself
  cmake --build "$build" "${parallel[@]}" --target "$@" </dev/null
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${TRIPTYCH_BUILD_DIR:-$root/build}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -eu
  install=yes
  for argument in "$@"; do
    case $argument in
      --no-install) install=no ;;
      *) fail "unknown option $argument. Usage: scripts/setup.sh [--no-install]" ;;
    esac
  done
  prepare "$install" "${packages[@]}" "${test_packages[@]}"
  say "this machine has what a build needs"
fi
