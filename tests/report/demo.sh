#!/usr/bin/env bash
# scripts/demo knows the options of the program that it builds, and says what is wrong before it builds anything.
# Usage: demo.sh PROGRAM ROOT WORK
set -u
program=$1 demo=$2/scripts/demo work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1
export TRIPTYCH_BUILD_DIR=$work/build
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# refused TEXT OPTION...: the options are wrong, and the error says TEXT.
refused() {
  local text=$1 said status=0
  shift
  said=$("$demo" --no-install "$@" 2>&1) || status=$?
  [[ $status == 2 && $said == "error: $text"* ]] || fail "$* gave status $status and: ${said%%$'\n'*}"
  [[ ! -e $TRIPTYCH_BUILD_DIR ]] || fail "$* began a build"
}
# An option is right if the error is about the one behind it.
accepted() { refused "there is no option '--nonsense'" "$@" --nonsense; }

help=$("$demo" --help) || fail "--help gave status $?"
theirs=$("$program" compare --help)
for option in $(grep -oE '^ +(-[a-z],)?--[a-z]+' <<<"$theirs" | grep -oE -- '--[a-z]+'); do
  grep -qE "^  .*$option\b" <<<"$help" || fail "--help does not list $option"
done
for option in --only --models; do
  words=$(grep -A3 -E "^ +$option" <<<"$theirs" | grep -oE '(points|models): [a-z_,]+' | head -1 | sed 's/.*: //')
  [[ -n $words ]] || fail "the words of $option are not known"
  accepted "$option" "$words"
done
accepted --quick --seed 3 --threads=1 --epochs 2 --device cuda:0 --lang zh --output "$work" -o "$work"
refused "--only does not take 'training,nonsense'" --only training,nonsense
refused "--only does not take ''" --only ''
refused "--models does not take 'resnet'" --models=resnet
refused "--seed does not take '-1'" --seed -1
refused "--lang does not take 'de'" --lang de
refused "--device does not take 'gpu'" --device gpu
refused "--output takes a value" --output
refused "--output: '$work/none' is no folder that can be written" --output "$work/none"
refused "there is no option 'quick'" quick

said=$(TRIPTYCH_BUILD_DIR=/proc/none "$demo" --no-install 2>&1) && fail "a build in /proc was tried"
[[ $said == *"TRIPTYCH_BUILD_DIR"* ]] || fail "the error does not name TRIPTYCH_BUILD_DIR: $said"
((failures == 0))
