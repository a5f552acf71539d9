#!/usr/bin/env bash
# browser.sh PAGE FOLDER: the page renders in a headless browser without an error, without reaching for anything else, and
# nothing on it is wider than the window. Pages with these faults are shown first: they must be found.
set -eu
page=$1 folder=$2
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[[ -n $browser ]] || { echo "no browser is installed"; exit 77; }
rm -rf "$folder"
mkdir -p "$folder"
watch='<script>addEventListener("error", (error) => {
  if (error.target !== window) console.error("not loaded: " + error.target.outerHTML);
}, true);
addEventListener("load", () => {
  for (const part of document.querySelectorAll("html, .scroll"))
    if (part.scrollWidth > Math.min(innerWidth, part.clientWidth || innerWidth))
      console.error("too wide: " + (part.querySelector("table") || part).id + " " + part.scrollWidth);
});</script>'

# Whether the browser shows PAGE in a window of this SIZE without a complaint; what it says is in $folder/log.
shows() {
  local page=$1 size=$2
  local text
  text=$(<"$page")
  echo "${text/<head>/<head>$watch}" >"$folder/shown.html"
  "$browser" --headless --no-sandbox --disable-gpu --enable-logging=stderr --user-data-dir="$folder/profile" \
    --virtual-time-budget=2000 --window-size="$size" --screenshot="$folder/$size.png" "file://$folder/shown.html" 2>"$folder/log" &&
    ! grep -E 'CONSOLE|ERR_' "$folder/log"
}

for fault in '<script>nothing.of(this)</script>' '<img src="elsewhere.png">' '<p style="width: 3000px">wide</p>'; do
  echo "<!DOCTYPE html><html><head></head><body>$fault</body></html>" >"$folder/faulty.html"
  ! shows "$folder/faulty.html" 1280,800 >/dev/null || { echo "not found: $fault"; exit 1; }
done

for size in 1280,1600 500,1600; do # narrower windows it does not make
  shows "$page" $size || { echo "the browser complains"; exit 1; }
  # A blank picture of this size compresses to a few kilobytes.
  [[ $(stat -c %s "$folder/$size.png") -gt 30000 ]] || { echo "the page is blank"; exit 1; }
done
