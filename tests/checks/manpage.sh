#!/usr/bin/env bash
# The manual page is sound mdoc, and the built freshetd, if there is one, has each command and flag that it promises.
# Skipped without mandoc.
set -euo pipefail

page=docs/freshetd.8
freshetd=${FRESHET_BUILD_DIR:-build/dev}/freshetd
skipped=77
command -v mandoc >/dev/null || { echo "manpage: mandoc is not installed"; exit "$skipped"; }

# Lines "command flag..." of the section COMMANDS.
promises() {
    awk '
        function flush() { if (line != "") print line; line = "" }
        /^\.Sh/ { flush(); inside = ($2 == "COMMANDS"); next }
        !inside { next }
        /^\.It Cm/ { flush(); line = $3 }
        { for (i = 1; i < NF; i++) if ($i ~ /^\.?Fl$/) line = line " -" $(i + 1) }
        END { flush() }' "$page"
}

# Says what the help of one command lacks.
compare() {
    local command=$1 help flag
    help=$("$freshetd" "$command" --help 2>&1) || { echo "$page: freshetd has no command $command"; return 1; }
    shift
    for flag in "$@"; do
        grep -qE -e "(^|[^a-z-])$flag([^a-z-]|\$)" <<<"$help" || { echo "$page: $command has no $flag"; return 1; }
    done
}

faults=0
mandoc -Tlint -Wwarning "$page" || faults=1
if [[ -x $freshetd ]]; then
    while read -r -a words; do
        compare "${words[@]}" || faults=1
    done < <(promises)
fi
exit "$faults"
