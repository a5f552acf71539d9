#!/usr/bin/env bash
# record_compile.sh OUTPUT ROOT COMPILER ARGUMENT...: compiles once and writes down the exit status, the seconds of the
# processor, and what the compiler said (with paths relative to ROOT). That the compiler fails is no failure here: some
# sources must not compile.
set -u
output=$1 root=$2
shift 2
said=$(mktemp)
TIMEFORMAT='%U %S'
times=$({ time "$@" -o /dev/null >"$said" 2>&1; echo $?; } 2>&1)
read -r user system status <<<"$(tr '\n' ' ' <<<"$times")"
{
  awk "BEGIN { printf \"%d %.2f\\n\", $status, $user + $system }"
  text=$(<"$said")
  [[ -z $text ]] || printf '%s\n' "${text//"$root/"/}"
} >"$output"
rm -f "$said"
