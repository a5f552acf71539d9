#!/usr/bin/env bash
# browser.sh PAGE FOLDER: the page renders in a headless browser, without an error and without reaching for anything else.
set -eu
page=$1 folder=$2
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[[ -n $browser ]] || { echo "no browser is installed"; exit 77; }
rm -rf "$folder"
mkdir -p "$folder"
for size in 1280,1600 400,1600; do
  "$browser" --headless --no-sandbox --disable-gpu --enable-logging=stderr --user-data-dir="$folder/profile" \
    --virtual-time-budget=2000 --window-size=$size --screenshot="$folder/$size.png" "file://$page" 2>"$folder/log" ||
    { cat "$folder/log"; exit 1; }
  if grep -E 'CONSOLE|ERR_' "$folder/log"; then
    echo "the browser complains"
    exit 1
  fi
  # A blank picture of this size compresses to a few kilobytes.
  [[ $(stat -c %s "$folder/$size.png") -gt 30000 ]] || { echo "the page is blank"; exit 1; }
done
