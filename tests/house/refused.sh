#!/bin/sh
# A program that must not compile: the compiler names the reason that the program's first line promises, in at most ten
# lines (the trail of includes aside). Usage: refused.sh COMPILER INCLUDE_FOLDER SOURCE
said=$("$1" -std=c++20 -fsyntax-only -I"$2" "$3" 2>&1) && { echo "it compiles"; exit 1; }
printf '%s\n' "$said"
expected=$(sed -n '1s/.*The compiler says: //p' "$3")
case "$said" in *"$expected"*) ;; *) echo "it does not say '$expected'"; exit 1 ;; esac
lines=$(printf '%s\n' "$said" | grep -vcE '^(In file included|  +) *from ')
[ "$lines" -le 10 ] || { echo "it takes $lines lines"; exit 1; }
